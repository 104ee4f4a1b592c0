import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `.waybill/dev.json` holds (contract.md section 2). */
export interface DevContent {
  httpUrl: string;
  natsUrl: string;
  databaseUrl: string;
  tenant: string;
  adminKey: string;
  notaryVkey: string;
  opsUrls: Record<string, string>;
  receiversUrl: string;
  smtpUrl: string;
  /** Null where the process has ended and nobody has started it again. */
  pids: Record<string, number | null>;
}

/** Keeps `dev.json` true while the stack is usable, and absent before and after. */
export class DevFile {
  private published = false;
  private readonly file: string;

  constructor(
    dataDir: string,
    readonly content: DevContent,
  ) {
    this.file = join(dataDir, 'dev.json');
    // One of an earlier stack would send its reader to ports that are gone.
    rmSync(this.file, { force: true });
  }

  get isPublished(): boolean {
    return this.published;
  }

  publish(): void {
    this.published = true;
    this.write();
  }

  /** Changes what is in it; on disk at once when it has been published. */
  change(how: (content: DevContent) => void): void {
    how(this.content);
    if (this.published) this.write();
  }

  remove(): void {
    this.published = false;
    rmSync(this.file, { force: true });
  }

  private write(): void {
    // Readers never meet half a file.
    writeFileSync(`${this.file}.draft`, `${JSON.stringify(this.content, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${this.file}.draft`, this.file);
  }
}
