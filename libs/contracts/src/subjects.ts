/** Every subject and stream name of contract.md section 3. Nobody else writes one by hand (`tools/tidy` looks). */

const root = 'waybill.v1';

export const notificationSubject = (tenant: string, type: string): string => `${root}.notifications.${tenant}.${type}`;
export const notificationSubjects = (tenant: string): string => `${root}.notifications.${tenant}.>`;
/** What every tenant publishes, also tenants that do not exist: only for the one who answers those. */
export const everyNotificationSubject = `${root}.notifications.*.>`;
export const notificationStream = (tenant: string): string => `WAYBILL_NOTIFICATIONS_${tenant}`;
export const refusedSubject = (tenant: string): string => `${root}.refused.${tenant}`;

export const logSubject = (log: string, tenant: string, eventType: string): string =>
  `${root}.log.${log}.${tenant}.${eventType}`;
export const logSubjects = (log: string): string => `${root}.log.${log}.>`;
export const logStream = (log: string): string => `WAYBILL_LOG_${log}`;

export const publishSubject = (tenant: string): string => `${root}.rpc.notifications.${tenant}.publish`;
export const validateSubject = (tenant: string): string => `${root}.rpc.notifications.${tenant}.validate`;

/** The tenant of calls that belong to none (creating a tenant, reading a log). */
export const noTenant = '_';

export type ServiceName = 'registry' | 'subscriptions' | 'delivery' | 'notary';

/** The services that keep a log each, `<service>-0`. */
export const logKeepers = ['registry', 'subscriptions', 'delivery'] as const satisfies readonly ServiceName[];

/** A service's own API: `waybill.v1.rpc.<service>.<tenant>.<resource>.<verb>`; the tenant comes from here, never from a body. */
export const rpcSubject = (service: ServiceName, tenant: string, call: string): string =>
  `${root}.rpc.${service}.${tenant}.${call}`;

/** As `rpcSubject` for the one who answers: any tenant. */
export const rpcPattern = (service: ServiceName, call: string): string => `${root}.rpc.${service}.*.${call}`;
export const publishPattern = `${root}.rpc.notifications.*.publish`;
export const validatePattern = `${root}.rpc.notifications.*.validate`;

/** Reads the tenant and the type out of a notification's subject; null for any other subject. */
export function parseNotificationSubject(subject: string): { tenant: string; type: string } | null {
  if (!subject.startsWith(`${root}.notifications.`)) return null;
  const rest = subject.slice(root.length + '.notifications.'.length);
  const dot = rest.indexOf('.');
  return dot < 1 || dot === rest.length - 1 ? null : { tenant: rest.slice(0, dot), type: rest.slice(dot + 1) };
}

/** The tenant in an rpc subject; null when the subject is none. */
export function tenantOfRpcSubject(subject: string): string | null {
  const tokens = subject.split('.');
  return tokens[0] === 'waybill' && tokens[2] === 'rpc' ? (tokens[4] ?? null) : null;
}

/** What a user of the broker may do. `>` is everything below. */
export interface BrokerRights {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/**
 * What a publisher of one tenant may do: publish its notifications, ask for a receipt, and hear what became of them. It may have its answers in
 * the default inbox of every client library, so that its URL works as it stands in any language, or in one that no other user may hear
 * (`inboxPrefix`); the receipts of those in the default one can be heard by whoever may use it too (docs/adr/0009).
 */
export function publisherRights(tenant: string, user: string): BrokerRights {
  return {
    publish: [notificationSubjects(tenant), publishSubject(tenant), validateSubject(tenant)],
    subscribe: ['_INBOX.>', `${inboxPrefix(user)}.>`, refusedSubject(tenant), logSubject('*', tenant, '*')],
  };
}

/** The inbox that belongs to one user of the broker alone. */
export const inboxPrefix = (user: string): string => `_INBOX_${user}`;

/** Where nats-server asks who somebody is that its own file does not know. */
export const brokerAuthSubject = '$SYS.REQ.USER.AUTH';
/** The account in which everybody is whose place no file names. */
export const brokerAccount = '$G';
