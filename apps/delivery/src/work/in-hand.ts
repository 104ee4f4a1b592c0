import type { Job } from './job.js';

/** Jobs in memory over all lanes; beyond this new ones wait in the due table only. */
export const jobsMax = 50_000;
/** UTF-16 units of the payloads that wait in memory; about twice as many bytes. */
export const payloadLengthMax = 32 * 1024 * 1024;

/** What this copy has taken and not finished. */
export class InHand {
  private readonly jobs = new Map<string, Job>();
  private payloadLength = 0;

  /** How many more there is room for. */
  get room(): number {
    return jobsMax - this.jobs.size;
  }

  get ids(): string[] {
    return [...this.jobs.keys()];
  }

  has(deliveryId: string): boolean {
    return this.jobs.has(deliveryId);
  }

  /** What waits takes its payload along while there is room for it; otherwise it fetches it when its turn comes. */
  add(job: Job): void {
    const length = job.notification?.payloadText.length ?? 0;
    if (this.payloadLength + length > payloadLengthMax) job.notification = null;
    else this.payloadLength += length;
    this.jobs.set(job.deliveryId, job);
  }

  delete(job: Job): void {
    if (this.jobs.delete(job.deliveryId)) this.payloadLength -= job.notification?.payloadText.length ?? 0;
  }
}
