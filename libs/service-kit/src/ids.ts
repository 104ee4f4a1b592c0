import { hash, randomFillSync, randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { encodeTypeId, type IdPrefix, type TypeId } from '@waybill/decider/type-id';

/** A new id: a UUIDv7, so that ids of one process sort by the time they were made. */
export function newId<P extends IdPrefix>(prefix: P): TypeId<P> {
  const random = sixteenRandomBytes();
  // Within a millisecond they are counted, from a random number on (RFC 9562 6.2, method 1).
  const nowMs = Date.now();
  if (nowMs > lastMs) {
    lastMs = nowMs;
    sequence = random.readUInt32BE(0) >>> 1;
  } else {
    sequence += 1;
  }
  return encodeTypeId(prefix, v7({ random, msecs: lastMs, seq: sequence }, new Uint8Array(16)));
}

let lastMs = 0;
/** 32 bits, of which the highest is 0 at the beginning of each millisecond: it does not overflow within one. */
let sequence = 0;

/** Random bytes come out of a pool that is filled at once: asking for sixteen costs as much as asking for four thousand. */
const pool = Buffer.alloc(16 * 256);
let poolAt = pool.length;

function sixteenRandomBytes(): Buffer {
  if (poolAt === pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  poolAt += 16;
  return pool.subarray(poolAt - 16, poolAt);
}

/**
 * The id of a notification, derived from what the publisher calls it: the same (tenant, source, id) is the same notification for ever.
 * A UUIDv8 of a SHA-256; each part is preceded by its length, so that no two triples spell the same bytes.
 */
export function notificationIdOf(tenant: string, source: string, id: string): TypeId<'ntf'> {
  return encodeTypeId('ntf', stamped(hashOf('notification', tenant, source, id).subarray(0, 16)));
}

/**
 * The id of a delivery, derived from what it delivers to whom: a repeat is the same delivery.
 * A UUIDv8: 48 bits of the time of the routing event (epoch milliseconds), then a hash, so that ids are in order of time.
 */
export function deliveryIdOf(
  routedAtMs: number,
  notificationId: string,
  subscriptionId: string,
  connectorId: string,
): TypeId<'dlv'> {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(routedAtMs, 0, 6);
  hashOf('delivery', notificationId, subscriptionId, connectorId).copy(bytes, 6, 0, 10);
  return encodeTypeId('dlv', stamped(bytes));
}

/** A name for this copy of a service that no other copy has. */
export const randomCopyName = (): string => randomUUID().slice(0, 8);

function hashOf(...parts: string[]): Buffer {
  // Each part is preceded by its length, so that no two lists spell the same bytes; one text, because a hash in pieces costs thrice.
  return hash('sha256', parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''), 'buffer');
}

/** Sets version 8 and the variant of RFC 9562, so that the bytes are a UUID that others may read. */
function stamped(bytes: Buffer): Buffer {
  const uuid = Buffer.from(bytes);
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x80;
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
  return uuid;
}
