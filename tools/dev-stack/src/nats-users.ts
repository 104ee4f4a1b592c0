import {
  everyNotificationSubject,
  logSubject,
  notificationSubjects,
  publishSubject,
  refusedSubject,
  validateSubject,
} from '@waybill/contracts/subjects';
import type { NatsUser } from './nats-config.js';

/** Everything of ours, and what the client libraries need for JetStream, replies and service discovery. */
const ours = [
  everyNotificationSubject.split('.').slice(0, 2).concat('>').join('.'),
  '$JS.>',
  '$SRV.>',
  '_INBOX.>',
  '_INBOX_*.>',
  '$KV.>',
  '$O.>',
];

/** May do anything: for an operator's own tools. */
export const adminUser = (password: string): NatsUser => ({
  user: 'admin',
  password,
  publish: ['>'],
  subscribe: ['>'],
});

/** One of our services. It may not look into the broker's system subjects. */
export const serviceUser = (service: string, password: string): NatsUser => ({
  user: service,
  password,
  publish: ours,
  subscribe: ours,
});

/**
 * What a publisher of one tenant may do: publish its notifications, ask for a receipt, and hear what became of them.
 * Its inbox is the default prefix of every client library, so that the URL works as it stands in any language; our own services answer to other prefixes.
 */
export const publisherUser = (user: string, tenant: string, password: string): NatsUser => ({
  user,
  password,
  publish: [notificationSubjects(tenant), publishSubject(tenant), validateSubject(tenant)],
  subscribe: ['_INBOX.>', refusedSubject(tenant), logSubject('*', tenant, '*')],
});
