import type { KeyObject } from 'node:crypto';
import {
  type DerivedKeys,
  type NotificationRefused,
  type NotificationRouted,
  sealedNotificationText,
} from '@waybill/contracts/log/subscriptions';
import { Refused } from '@waybill/decider/decider';
import type { StreamAppend } from '@waybill/event-log/log';
import type { Log } from '@waybill/service-kit/logger';
import { lookInto } from '@waybill/subscription/look';
import { type IncompleteKey, route, type RoutingDecision } from '@waybill/subscription/route';
import type { TypeRules } from './type-rules.js';
import { type Incoming, type Notification, payloadMac, publisherIdCharactersMax, readIncoming } from './incoming.js';
import type { RouteTable } from './route-table.js';
import type { SuppressionWindows } from './suppression-windows.js';

/** What is appended for one incoming notification: its routing decision, or why it was refused. */
export type Decided =
  | {
      readonly kind: 'routed';
      readonly incoming: Incoming;
      readonly notification: Notification;
      readonly data: NotificationRouted;
      readonly append: StreamAppend;
    }
  | Refusal;

export interface Refusal {
  readonly kind: 'refused';
  readonly incoming: Incoming;
  readonly data: NotificationRefused;
  readonly append: StreamAppend;
}

export interface DecidingWith {
  readonly table: RouteTable;
  readonly windows: SuppressionWindows;
  readonly types: TypeRules;
  readonly tenantKey: KeyObject;
  readonly newRefusalId: (incoming: Incoming) => string;
  readonly log: Pick<Log, 'error'>;
}

/**
 * Decides one notification against the state in memory. Never throws: a fault of our own with one notification would come again with every
 * redelivery, and keep everything that the tenant publishes waiting. It is refused by itself as `internal`, and may come again after an update.
 */
export function decideOne(incoming: Incoming, using: DecidingWith): Decided {
  let notification: Notification | undefined;
  try {
    notification = readIncoming(incoming);
    const warnings = using.types.check(incoming.tenant, notification);
    const { facts, payload } = notification;
    const look = lookInto(facts, payload);
    const nowMs = Date.parse(incoming.receivedAt);
    const routes = using.table.routesFor(incoming.tenant, facts.type, look);
    const decision = route(routes, { facts, payload, look }, using.windows.of, nowMs);
    const ofKeys = decision.incomplete.slice(0, keyWarningsMax).map(incompleteWarning);
    const data = routedData(incoming, notification, decision, [...warnings, ...ofKeys], using);
    return {
      kind: 'routed',
      incoming,
      notification,
      data,
      append: routedAppend(incoming, notification, data, decision),
    };
  } catch (error) {
    const refusalId = using.newRefusalId(incoming);
    if (error instanceof Refused) return refuse(incoming, error, refusalId, notification);
    using.log.error({ err: error, tenant: incoming.tenant, refusalId }, 'intake.defect');
    return refuse(incoming, new Refused('internal', defectText), refusalId, notification);
  }
}

/** A warning tells where to look; a thousand subscriptions with one key tell it once each. */
const keyWarningsMax = 10;

const incompleteWarning = ({
  subscriptionId,
  key,
  missing,
}: IncompleteKey): NotificationRouted['warnings'][number] => ({
  code: 'key_incomplete',
  pointer: '',
  message: `has no ${missing.slice(0, 5).join(', ')}, which the ${key} key of ${subscriptionId} asks for`,
});

/** The words of the defect may hold some of the payload: they are for the operator's log alone. */
const defectText = 'A defect of Waybill; its log has the details under the id of this refusal.';

/** What the record of a refusal says of what came; of a body that somebody else has read, the size is enough. */
export type Refusable = Pick<Incoming, 'via' | 'tenant' | 'type' | 'subject' | 'actor' | 'header'> & {
  readonly body: { readonly length: number };
};

/** The decision to refuse, with its record. */
export function refuse(incoming: Incoming, refused: Refused, refusalId: string, notification?: Notification): Refusal {
  return { kind: 'refused', incoming, ...refusalRecord(incoming, refused, refusalId, notification) };
}

/** The record of a refusal, in a stream of its own so that it does not consume the notification's id. */
export function refusalRecord(
  incoming: Refusable,
  refused: Refused,
  refusalId: string,
  notification?: Notification,
): Pick<Refusal, 'data' | 'append'> {
  const data: NotificationRefused = {
    refusalId,
    code: refused.code,
    detail: refused.message,
    pointer: refused.pointer ?? null,
    subject: incoming.subject,
    type: notification?.facts.type ?? incoming.type,
    // Where the body could not be read, the headers may still say which one it was.
    source: notification?.facts.source ?? named(incoming, 'ce-source', 'Waybill-Source'),
    id: notification?.facts.id ?? named(incoming, 'ce-id', 'Waybill-Id'),
    via: incoming.via,
    bytes: incoming.body.length,
  };
  const append: StreamAppend = {
    stream: `refusal-${refusalId}`,
    tenant: incoming.tenant,
    expected: 'none',
    // A redelivered message has the same refusal id: it is on the record already.
    onConflict: 'skip',
    events: [{ type: 'NotificationRefused', schemaVersion: 1, data, meta: { actor: incoming.actor } }],
  };
  return { data, append };
}

function named(incoming: Refusable, ...headers: readonly string[]): string | null {
  const text = headers.map((name) => incoming.header(name)).find((value) => value !== '') ?? '';
  return text === '' || text.length > publisherIdCharactersMax ? null : text;
}

function routedData(
  incoming: Incoming,
  notification: Notification,
  decision: RoutingDecision,
  warnings: NotificationRouted['warnings'],
  using: DecidingWith,
): NotificationRouted {
  const { facts } = notification;
  return {
    notificationId: notification.notificationId,
    type: facts.type,
    source: facts.source,
    id: facts.id,
    time: facts.time,
    via: incoming.via,
    decidedOn: using.table.decidedOn(incoming.tenant),
    chosen: decision.chosen.map(({ subscriptionId, subscriptionVersion, connectorIds }) => ({
      subscriptionId,
      subscriptionVersion,
      connectorIds: [...connectorIds],
    })),
    suppressed: decision.suppressed.map(({ subscriptionId, subscriptionVersion, connectorIds, until }) => ({
      subscriptionId,
      subscriptionVersion,
      connectorIds: [...connectorIds],
      until,
    })),
    opened: using.windows.open(decision.opened),
    payloadMac: payloadMac(using.tenantKey, notification.payloadText),
    payloadBytes: notification.payloadBytes,
    warnings,
  };
}

function routedAppend(
  incoming: Incoming,
  notification: Notification,
  data: NotificationRouted,
  decision: RoutingDecision,
): StreamAppend {
  return {
    stream: `notification-${notification.notificationId}`,
    tenant: incoming.tenant,
    expected: 'none',
    onConflict: 'skip',
    events: [
      {
        type: 'NotificationRouted',
        schemaVersion: 1,
        data,
        sealed: {
          subject: notification.notificationId,
          text: sealedNotificationText(notification.payloadText, derivedKeys(decision)),
        },
        meta: {
          actor: incoming.actor,
          correlationId: notification.notificationId,
          traceparent: notification.traceparent,
        },
      },
    ],
  };
}

function derivedKeys(decision: RoutingDecision): DerivedKeys | null {
  const correlation: Record<string, string> = {};
  const suppression: Record<string, string> = {};
  for (const { subscriptionId, correlationKey } of [...decision.chosen, ...decision.suppressed]) {
    if (correlationKey !== null && correlationKey !== '') correlation[subscriptionId] = correlationKey;
  }
  for (const { subscriptionId, key } of decision.opened) if (key !== '') suppression[subscriptionId] = key;
  for (const { subscriptionId, key } of decision.suppressed) if (key !== '') suppression[subscriptionId] = key;
  const none = Object.keys(correlation).length === 0 && Object.keys(suppression).length === 0;
  return none ? null : { correlation, suppression };
}
