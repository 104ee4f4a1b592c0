import { digest, encodeEntry } from '@waybill/event-log/entry';
import { Frontier, leafHashText } from '@waybill/event-log/merkle';

const events = 200_000;
const warmUp = 20_000;

/**
 * What the tree takes of one event, in microseconds of one core: the digest of its data, its entry, its leaf and the step of the frontier,
 * as an append makes them. Times events a second it is the part of a core that appending would have without it.
 */
export function treeMicroseconds(eventBytes: number): number {
  grow(warmUp, eventBytes);
  const began = process.cpuUsage();
  grow(events, eventBytes);
  const { user, system } = process.cpuUsage(began);
  return Math.round(((user + system) / events) * 100) / 100;
}

function grow(count: number, eventBytes: number): void {
  const frontier = Frontier.empty();
  const metaDigest = digest('{"actor":"service:bench"}');
  const eventId = Buffer.alloc(16, 1);
  const filling = 'x'.repeat(Math.max(0, eventBytes - 30));
  for (let position = 1; position <= count; position += 1) {
    const dataDigest = digest(`{"number":${position},"filling":"${filling}"}`);
    const entry = encodeEntry({
      log: 'bench-0', position, atUs: position, eventId, stream: 'delivery-0-1', version: position,
      type: 'DeliveryAccepted', schemaVersion: 1, tenant: 'default', metaDigest, dataDigest, sealedDigest: null,
    }); // prettier-ignore
    frontier.append(leafHashText(entry));
  }
}
