import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { defaultCorrelationKey, defaultCorrelationPaths } from '@waybill/targets/correlation';
import { payloadOf } from '../out/payload-of.js';
import type { Connector } from './connectors.js';
import type { JobNotification } from './job.js';

/** Enough that two keys of one connector never meet. */
const macHexCharacters = 32;

/** The key of the thing that a notification is about at a target: the subscription's own, else the target's default; null for none. */
export function correlationKeyOf(targetId: string, notification: JobNotification): string | null {
  const { facts, correlationKey } = notification;
  if (correlationKey !== null && correlationKey !== '') return correlationKey;
  // Most targets have no default, and then the payload need not be read.
  if (defaultCorrelationPaths(targetId)[facts.type] === undefined) return null;
  return defaultCorrelationKey(targetId, facts.type, payloadOf(notification));
}

/** Names things in clear without telling their keys, which come out of payloads. */
export class Correlate {
  private readonly key: KeyObject;

  /** `secret`: see `macSecret`; it must never change, or a second ticket is opened for every thing. */
  constructor(secret: Buffer) {
    this.key = createSecretKey(createHmac('sha256', secret).update('correlation').digest());
  }

  /** The keyed hash of connector and correlation key; undefined where there is no key. */
  macOf(connector: Pick<Connector, 'id' | 'target'>, notification: JobNotification): string | undefined {
    const key = correlationKeyOf(connector.target, notification);
    if (key === null) return undefined;
    return createHmac('sha256', this.key).update(`${connector.id}\0${key}`).digest('hex').slice(0, macHexCharacters);
  }
}
