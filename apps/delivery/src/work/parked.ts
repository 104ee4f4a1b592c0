import type { JobNotification } from './job.js';

/** UTF-16 units of payloads that may be kept for deliveries that wait for their turn. */
export const parkedLengthMax = 16 * 1024 * 1024;
/** … and for so many deliveries: the smallest payload takes its place in the table as well. */
export const parkedMax = 50_000;

/**
 * Notifications of deliveries that go through the due table, because of their order or because their target is cut off: whoever accepted
 * one has its payload at hand when its turn comes. A cache: what falls out is fetched again.
 */
export class Parked {
  private readonly notifications = new Map<string, JobNotification>();
  private length = 0;

  park(deliveryId: string, notification: JobNotification): void {
    this.take(deliveryId);
    this.notifications.set(deliveryId, notification);
    this.length += notification.payloadText.length;
    for (const [oldest, { payloadText }] of this.notifications) {
      if (this.length <= parkedLengthMax && this.notifications.size <= parkedMax) break;
      this.notifications.delete(oldest);
      this.length -= payloadText.length;
    }
  }

  /** Gives the notification up; null where it is not here. */
  take(deliveryId: string): JobNotification | null {
    const notification = this.notifications.get(deliveryId);
    if (notification === undefined) return null;
    this.notifications.delete(deliveryId);
    this.length -= notification.payloadText.length;
    return notification;
  }
}
