import { createHmac, type KeyObject } from 'node:crypto';
import type { OpenedWindow, WindowOf } from '@waybill/subscription/route';

/** A window as it stands in the log and the read model: the key only as a keyed hash, because it is made from a payload. */
export interface RecordedWindow {
  readonly subscriptionId: string;
  readonly keyMac: string;
  readonly until: string;
}

/**
 * The open suppression windows of one tenant, in the memory of the one who routes for it. They are a fold of `opened` in the log:
 * the intake loads them from the read model when it takes the lease, and opens further ones as its decisions are recorded.
 */
export class SuppressionWindows {
  private readonly untilMs = new Map<string, number>();
  /** What `open` replaced since the last `keep`, newest last. */
  private journal: { key: string; before: number | undefined }[] = [];

  constructor(
    private readonly tenantKey: KeyObject,
    /** Looked into where nothing is known here. */
    private readonly beneath: SuppressionWindows | null = null,
  ) {}

  get isEmpty(): boolean {
    return this.untilMs.size === 0;
  }

  load(windows: readonly RecordedWindow[]): void {
    this.untilMs.clear();
    this.journal = [];
    for (const window of windows)
      this.untilMs.set(`${window.subscriptionId} ${window.keyMac}`, Date.parse(window.until));
  }

  readonly of: WindowOf = (subscriptionId, key, minutes) => this.at(`${subscriptionId} ${this.mac(key, minutes)}`);

  /** Opens windows at once, so that the next notification of the same batch sees them; answers how they are recorded. */
  open(opened: readonly OpenedWindow[]): RecordedWindow[] {
    return opened.map(({ subscriptionId, key, minutes, untilMs }) => {
      const keyMac = this.mac(key, minutes);
      const place = `${subscriptionId} ${keyMac}`;
      this.journal.push({ key: place, before: this.untilMs.get(place) });
      this.untilMs.set(place, untilMs);
      return { subscriptionId, keyMac, until: new Date(untilMs).toISOString() };
    });
  }

  /** The same windows to look at, for a repeat that must open none. */
  frozen(): SuppressionWindows {
    return new SuppressionWindows(this.tenantKey, this);
  }

  /** The decisions since the last `keep` are on the record. */
  keep(): void {
    this.journal = [];
  }

  /** The decisions since the last `keep` were not written: the windows they opened are not open. */
  undo(): void {
    for (const { key, before } of this.journal.reverse()) {
      if (before === undefined) this.untilMs.delete(key);
      else this.untilMs.set(key, before);
    }
    this.journal = [];
  }

  /** Forgets what had ended at that time, when nothing that was received before it will be asked about. */
  sweep(beforeMs: number): void {
    for (const [key, untilMs] of this.untilMs) if (untilMs <= beforeMs) this.untilMs.delete(key);
  }

  private at(place: string): number | undefined {
    return this.untilMs.get(place) ?? this.beneath?.at(place);
  }

  private mac(key: string, minutes: number): string {
    const hmac = createHmac('sha256', this.tenantKey).update(`suppression\0${minutes}\0`);
    return hmac.update(key, 'utf8').digest('hex').slice(0, 32);
  }
}
