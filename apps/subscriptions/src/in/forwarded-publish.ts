import { randomUUID } from 'node:crypto';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { PublishReceipt } from '@waybill/contracts/http/notifications';
import { Refused } from '@waybill/decider/decider';
import { problemOf } from '@waybill/service-kit/problems';
import { actorHeader } from '@waybill/service-kit/rpc';
import type { Incoming } from '../routing/incoming.js';
import type { Intake } from './intake.js';

/** A refusal that is on the record, under the id with which it can be asked about. */
export class NotificationNotTaken extends Refused {
  constructor(
    { code, message, pointer }: Refused,
    readonly refusalId: string,
  ) {
    super(code, message, pointer);
  }
}

/** Decides and records one request and answers its receipt; throws `Refused` for what goes nowhere. */
export async function takeRequest(intake: Intake, incoming: Incoming): Promise<PublishReceipt> {
  const settled = await intake.take(incoming);
  if (settled.kind === 'refused') throw new NotificationNotTaken(settled.refused, settled.data.refusalId);
  const { notificationId, position, duplicate } = settled;
  return { notificationId, log: 'subscriptions-0', position, duplicate };
}

/** A request as the intake takes it; `receivedAt` by the log's clock, or windows would last for one copy longer than for another. */
export function requestIncoming(
  tenant: string,
  subject: string,
  body: string,
  actor: string,
  header: (name: string) => string,
  receivedAt: string,
): Incoming {
  return {
    via: 'request',
    tenant,
    type: null,
    subject,
    actor,
    body: Buffer.from(body, 'utf8'),
    header,
    fallbackId: `request-${randomUUID()}`,
    receivedAt,
  };
}

/** Answers what other copies forward to the one that holds the tenant's intake. Each request is answered, whatever happens. */
export function answerForwarded(nc: NatsConnection, subject: string, tenant: string, intake: Intake): Subscription {
  return nc.subscribe(subject, { callback: (error, message) => void (error ?? answer(message, tenant, intake)) });
}

async function answer(message: Msg, tenant: string, intake: Intake): Promise<void> {
  const header = (name: string): string => message.headers?.get(name) ?? '';
  const incoming = requestIncoming(
    tenant,
    message.subject,
    message.string(),
    header(actorHeader) || 'anonymous',
    header,
    intake.now,
  );
  const reply = await takeRequest(intake, incoming).then(
    (ok) => ({ ok }),
    (error: unknown) => ({ problem: problemOf(error) }),
  );
  message.respond(JSON.stringify(reply));
}
