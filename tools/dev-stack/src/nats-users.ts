import {
  everyNotificationSubject,
  logSubjects,
  notificationSubjects,
  logSubject,
  publishPattern,
  publishSubject,
  refusedSubject,
  rpcPattern,
  type ServiceName,
  validatePattern,
  validateSubject,
} from '@waybill/contracts/subjects';
import type { NatsUser } from './nats-config.js';

/** May do anything: for an operator's own tools. */
export const adminUser = (password: string): NatsUser => ({
  user: 'admin',
  password,
  publish: ['>'],
  subscribe: ['>'],
});

/** What the client libraries need for JetStream. */
const jetStream = ['$JS.API.>', '$JS.ACK.>', '$JS.FC.>'];

/**
 * One of our services: it asks everybody, answers for itself, tells its own log and nobody else's, and hears replies in its own inbox only
 * (`libs/bus/src/connect.ts` sets the prefix). Replies to others go out by the broker's leave to answer what was asked.
 */
export function serviceUser(service: ServiceName | 'gateway', password: string): NatsUser {
  const asks = [rpcPattern('*' as ServiceName, '>')];
  const hears = ['$SRV.>', `_INBOX_${service}.>`, '_INBOX.>', logSubjects('*'), refusedSubject('*')];
  if (service === 'gateway')
    return { user: service, password, publish: [...asks, ...jetStream, '$SRV.>'], subscribe: hears };
  const tells = [logSubjects(`${service}-0`), everyNotificationSubject, refusedSubject('*')];
  // Subscriptions also hears what is published to tenants that do not exist, to refuse it.
  const intake = [publishPattern, validatePattern, everyNotificationSubject];
  const answers = [rpcPattern(service, '>'), ...(service === 'subscriptions' ? intake : [])];
  return { user: service, password, publish: [...asks, ...tells, ...jetStream], subscribe: [...hears, ...answers] };
}

/**
 * What a publisher of one tenant may do: publish its notifications, ask for a receipt, and hear what became of them.
 * Its inbox is the default prefix of every client library (and the one our own sets), so that the URL works as it stands in any language.
 */
export const publisherUser = (user: string, tenant: string, password: string): NatsUser => ({
  user,
  password,
  publish: [notificationSubjects(tenant), publishSubject(tenant), validateSubject(tenant)],
  subscribe: ['_INBOX.>', `_INBOX_${user}.>`, refusedSubject(tenant), logSubject('*', tenant, '*')],
});
