import { notificationTypeDecider, type NotificationTypeShape } from '@waybill/connector/notification-type';
import type { EventLog } from '@waybill/event-log/log';
import { Invalid } from '@waybill/service-kit/problems';
import type { RpcCaller } from '@waybill/service-kit/rpc';
import { appendDecision, type Decided } from './append-decision.js';
import { schemaFault } from '@waybill/service-kit/user-schema';

export const typeStream = (tenant: string, type: string): string => `type-${tenant}.${type}`;

/** Says how a type of the tenant shall be; refuses a schema that cannot be used. */
export async function putType(
  log: EventLog,
  caller: RpcCaller,
  shape: NotificationTypeShape,
): Promise<Decided<unknown>> {
  if (shape.schema !== null) {
    const fault = schemaFault(shape.schema, shape.sample);
    if (fault !== null)
      throw new Invalid([{ pointer: `/schema${fault.pointer}`, code: 'schema_invalid', message: fault.message }]);
  }
  const { tenant } = caller;
  const at = { stream: typeStream(tenant, shape.type), tenant, caller };
  return appendDecision(log, at, notificationTypeDecider, { type: 'PutNotificationType', shape });
}
