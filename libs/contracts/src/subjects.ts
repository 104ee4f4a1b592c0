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
