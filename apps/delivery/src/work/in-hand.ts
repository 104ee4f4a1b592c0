import type { Job } from './job.js';

/** Jobs in memory over all lanes; beyond this new ones wait in the due table only. */
export const jobsMax = 50_000;
/**
 * A tenant takes at most so many times what is free: alone three quarters of the memory, and of n who want all of it each 3/(3n+1). So there
 * is always room for one more, whose retries would else wait in the due table for the end of somebody's backlog.
 */
const timesFree = 3;
/** UTF-16 units of the payloads that wait in memory; about twice as many bytes. */
export const payloadLengthMax = 32 * 1024 * 1024;

/** What this copy has taken and not finished. */
export class InHand {
  private readonly jobs = new Map<string, Job>();
  private readonly byTenant = new Map<string, number>();
  private payloadLength = 0;

  /** How many more of a tenant there is room for. */
  roomOf(tenant: string): number {
    const own = this.byTenant.get(tenant) ?? 0;
    const others = this.jobs.size - own;
    // As many as make it `timesFree` times what is free then; none where the others took more meanwhile.
    return Math.floor((timesFree * (jobsMax - others)) / (timesFree + 1)) - own;
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
    this.byTenant.set(job.tenant, (this.byTenant.get(job.tenant) ?? 0) + 1);
  }

  delete(job: Job): void {
    if (!this.jobs.delete(job.deliveryId)) return;
    this.payloadLength -= job.notification?.payloadText.length ?? 0;
    const left = (this.byTenant.get(job.tenant) ?? 1) - 1;
    if (left > 0) this.byTenant.set(job.tenant, left);
    else this.byTenant.delete(job.tenant);
  }
}
