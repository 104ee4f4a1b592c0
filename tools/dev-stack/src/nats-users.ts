import {
  brokerAuthSubject,
  everyNotificationSubject,
  logSubjects,
  publishPattern,
  publisherRights,
  refusedSubject,
  rpcPattern,
  type ServiceName,
  validatePattern,
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
  // Registry tells the broker who publishes for the tenants that were made later.
  const auth = service === 'registry' ? [brokerAuthSubject] : [];
  const answers = [rpcPattern(service, '>'), ...(service === 'subscriptions' ? intake : []), ...auth];
  return { user: service, password, publish: [...asks, ...tells, ...jetStream], subscribe: [...hears, ...answers] };
}

/** A publisher of one tenant that the broker knows by itself: what it may do is what every publisher of the tenant may. */
export const publisherUser = (user: string, tenant: string, password: string): NatsUser => ({
  user,
  password,
  ...publisherRights(tenant, user),
});
