import { parseJson } from '@waybill/contracts/payload/json-text';
import type { JsonTree } from '@waybill/contracts/payload/json-tree';
import type { JobNotification } from '../work/job.js';

/** Parsed payloads of the notifications that are being sent: the deliveries of a fan-out share one. */
const payloads = new WeakMap<JobNotification, JsonTree>();

/** The payload of a notification as a tree; parsed once for as long as somebody holds the notification. */
export function payloadOf(notification: JobNotification): JsonTree {
  const known = payloads.get(notification);
  if (known !== undefined) return known;
  const payload = parseJson(notification.payloadText);
  payloads.set(notification, payload);
  return payload;
}
