import { z } from 'zod';

/** What others may rely on in the log `subscriptions-0`. Lifecycle events of a subscription carry its whole shape. */

/** The routing decision of one notification, `NotificationRouted@1`; sealed beside it: the payload and the keys made from it. */
export const notificationRoutedSchema = z.object({
  notificationId: z.string(),
  type: z.string(),
  source: z.string(),
  /** The publisher's own id. */
  id: z.string(),
  time: z.string(),
  via: z.enum(['jetstream', 'request']),
  /** Position of the newest subscription event of the tenant that the decision knew: "why not" is recomputed from there. */
  decidedOn: z.number().int(),
  chosen: z.array(
    z.object({ subscriptionId: z.string(), subscriptionVersion: z.number().int(), connectorIds: z.array(z.string()) }),
  ),
  suppressed: z.array(
    z.object({
      subscriptionId: z.string(),
      subscriptionVersion: z.number().int(),
      /** Whom it would have gone to. Absent before November 2026: then no delivery stands for it. */
      connectorIds: z.array(z.string()).optional(),
      until: z.string(),
    }),
  ),
  /** Suppression windows that this notification opened; the key only as a keyed hash. */
  opened: z.array(z.object({ subscriptionId: z.string(), keyMac: z.string(), until: z.string() })),
  /** Tenant-keyed HMAC-SHA256 of the payload as it arrived, hex: repeats are compared by it. */
  payloadMac: z.string(),
  payloadBytes: z.number().int(),
  warnings: z.array(z.object({ code: z.string(), pointer: z.string(), message: z.string() })),
});
export type NotificationRouted = z.infer<typeof notificationRoutedSchema>;

/** A notification that was refused, `NotificationRefused@1`, in a stream of its own: it does not consume the id. */
export const notificationRefusedSchema = z.object({
  refusalId: z.string(),
  code: z.string(),
  detail: z.string(),
  pointer: z.string().nullable(),
  subject: z.string().nullable(),
  type: z.string().nullable(),
  source: z.string().nullable(),
  id: z.string().nullable(),
  via: z.enum(['jetstream', 'request']),
  bytes: z.number().int(),
});
export type NotificationRefused = z.infer<typeof notificationRefusedSchema>;

const act = { at: z.string(), by: z.string() };
const subscriptionShapeSchema = z.object({
  id: z.string(),
  name: z.string(),
  connectorIds: z.array(z.string()),
  types: z.array(z.string()),
  filter: z.record(z.string(), z.unknown()).nullable(),
  suppression: z.object({ minutes: z.number(), key: z.string().nullable() }),
  correlationKey: z.string().nullable(),
});

/** The clear data of every event of `subscriptions-0`, schema version 1. */
export const subscriptionsEventSchemas = {
  SubscriptionCreated: z.object({ ...act, subscription: subscriptionShapeSchema, enabled: z.boolean() }),
  SubscriptionUpdated: z.object({ ...act, subscription: subscriptionShapeSchema }),
  SubscriptionEnabled: z.object({ ...act, id: z.string() }),
  SubscriptionDisabled: z.object({ ...act, id: z.string(), reason: z.string().nullable() }),
  SubscriptionDeleted: z.object({ ...act, id: z.string() }),
  NotificationRouted: notificationRoutedSchema,
  NotificationRefused: notificationRefusedSchema,
} as const;

/** Made from the payload, so it is sealed with it. Members are subscription ids. */
export interface DerivedKeys {
  readonly correlation: Readonly<Record<string, string>>;
  readonly suppression: Readonly<Record<string, string>>;
}

/** Writes the sealed part of `NotificationRouted`: the payload stands last, in its own spelling. */
export function sealedNotificationText(payloadText: string, keys: DerivedKeys | null): string {
  return keys === null ? `{"payload":${payloadText}}` : `{"keys":${JSON.stringify(keys)},"payload":${payloadText}}`;
}

/** Reads what `sealedNotificationText` wrote; the payload is not parsed. */
export function openSealedNotification(sealed: string): { payloadText: string; keys: DerivedKeys | null } {
  // A quote inside a key is escaped, so the first occurrence is the member itself.
  const at = sealed.indexOf('"payload":');
  if (at < 0) throw new SyntaxError('a sealed notification has a payload');
  const payloadText = sealed.slice(at + '"payload":'.length, -1);
  if (at === 1) return { payloadText, keys: null };
  return { payloadText, keys: JSON.parse(sealed.slice('{"keys":'.length, at - 1)) as DerivedKeys };
}
