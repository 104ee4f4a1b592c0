import type { deliveryListInputSchema } from '@waybill/contracts/http/deliveries';
import type { z } from 'zod';

/** What a person may ask deliveries by; the list, and the jobs over what the list shows. */
export type DeliveryFilter = Omit<z.output<typeof deliveryListInputSchema>, 'limit' | 'cursor'>;

export interface Conditions {
  readonly sql: string;
  readonly values: unknown[];
}

/** The conditions over `rm_deliveries.delivery` for one tenant's filter, and those that the caller adds; `p` is the place of the value. */
export function conditionsOf(
  tenant: string,
  filter: DeliveryFilter,
  more: readonly (readonly [(p: string) => string, unknown])[] = [],
): Conditions {
  const conditions = ['tenant = $1'];
  const values: unknown[] = [tenant];
  const where = (sql: (p: string) => string, value: unknown): void => {
    if (value === undefined || value === null) return;
    values.push(value);
    conditions.push(sql(`$${values.length}`));
  };
  where((p) => `status = ${p}${byStatus(filter.status)}`, filter.status);
  where((p) => `connector_id = ${p}`, filter.connectorId);
  where((p) => `subscription_id = ${p}`, filter.subscriptionId);
  where((p) => `notification_id = ${p}`, filter.notificationId);
  where((p) => `type = ${p}`, filter.type);
  where((p) => `accepted_at >= ${p}`, filter.since);
  where((p) => `accepted_at < ${p}`, filter.until);
  where(
    (p) => `(id = ${p} or notification_id = ${p} or reason = ${p} or ticket = ${p})`,
    filter.q?.trim() || undefined,
  );
  for (const [sql, value] of more) where(sql, value);
  return { sql: conditions.join(' and '), values };
}

/** What is under way stands in the due table and what failed in one of its own; both are short where the list is long. */
function byStatus(status: DeliveryFilter['status']): string {
  if (status === 'dead-lettered' || status === 'cancelled') {
    return ` and id in (select id from rm_deliveries.delivery_ended where tenant = $1 and status = '${status}')`;
  }
  const underWay = status === 'pending' || status === 'attempting' || status === 'retrying';
  return underWay ? ' and id in (select id from rm_deliveries.delivery_due)' : '';
}
