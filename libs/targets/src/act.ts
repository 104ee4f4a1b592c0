import { type JsonTree, lookup } from '@waybill/contracts/payload/json-tree';

/** What a notification says of the thing it is about: it is new or changed, somebody has taken it, or it is over. */
export type Act = 'trigger' | 'acknowledge' | 'resolve';

const acts: ReadonlySet<unknown> = new Set(['trigger', 'acknowledge', 'resolve']);
const over: ReadonlySet<unknown> = new Set(['completed', 'closed']);

/**
 * Reads the act out of a notification, in this order:
 * 1. `waybill.act` in the payload of any type, where it is `trigger`, `acknowledge` or `resolve`: the publisher says so;
 * 2. an incident whose `customer_status.status` is `completed` or `closed` is over, unless `customer_status_status` (the
 *    same fact a second time in the original's schema) says otherwise: closing a live incident is the worse mistake;
 * 3. an incident that is snoozed has been taken by somebody;
 * 4. everything else is new or changed.
 */
export function actOf(notificationType: string, payload: JsonTree): Act {
  const explicit = lookup(payload, 'waybill.act');
  if (acts.has(explicit)) return explicit as Act;
  if (notificationType !== 'incident') return 'trigger';
  const status = lookup(payload, 'customer_status.status');
  const statusAgain = lookup(payload, 'customer_status_status');
  if (over.has(status ?? statusAgain) && (statusAgain === undefined || over.has(statusAgain))) return 'resolve';
  if (status === 'snoozed' || lookup(payload, 'snooze_status.snoozed') === true) return 'acknowledge';
  return 'trigger';
}
