import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs';

export interface Signed {
  readonly at: string;
  readonly size: number;
  /** The signed note. */
  readonly note: string;
}

/** Every checkpoint of one log that was signed, one JSON line each, in a file that is only ever appended to. */
export class SignedMemory {
  private readonly fd: number;
  private readonly all: Signed[] = [];

  constructor(private readonly file: string) {
    if (existsSync(file)) this.read();
    this.fd = openSync(file, 'a', 0o600);
  }

  get newest(): Signed | null {
    return this.all.at(-1) ?? null;
  }

  /** The checkpoint of exactly this size, when one was signed. */
  ofSize(size: number): Signed | null {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.all[middle] as Signed).size < size) low = middle + 1;
      else high = middle;
    }
    const found = this.all[low];
    return found?.size === size ? found : null;
  }

  /** Remembers before anybody is told: on disk when it returns. */
  add(signed: Signed): void {
    writeSync(this.fd, `${JSON.stringify(signed)}\n`);
    fsyncSync(this.fd);
    this.all.push(signed);
  }

  close(): void {
    closeSync(this.fd);
  }

  /** A last line that was cut by a power failure was never told to anybody: it is taken off, so that the next one is not glued to it. */
  private read(): void {
    const text = readFileSync(this.file, 'utf8');
    const whole = text.lastIndexOf('\n') + 1;
    if (whole < text.length) truncateSync(this.file, Buffer.byteLength(text.slice(0, whole)));
    for (const line of text.slice(0, whole).split('\n')) if (line !== '') this.all.push(JSON.parse(line) as Signed);
  }
}

/** Adds one line to the record of alarms, for people: it outlives the log of the process. */
export function recordAlarm(file: string, alarm: object): void {
  appendFileSync(file, `${JSON.stringify(alarm)}\n`, { mode: 0o600 });
}
