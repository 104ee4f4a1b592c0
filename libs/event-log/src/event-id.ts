import { hash } from 'node:crypto';

/**
 * The 16 bytes of an event's id: a UUIDv8 over (log, stream, version), so that the same append made twice is the same event and
 * no table has to remember ids.
 */
export function eventIdBytes(log: string, stream: string, version: number): Buffer {
  const id = Buffer.from(
    hash('sha256', `waybill-event-v1\n${log}\n${stream}\n${version}`, 'binary').slice(0, 16),
    'latin1',
  );
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x80;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return id;
}

/** A UUID in its usual spelling. */
export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16-byte key under which a stream stands in every index; 128 bits of SHA-256 do not collide. */
export function streamKey(stream: string): Buffer {
  return Buffer.from(hash('sha256', `waybill-stream-v1\n${stream}`, 'binary').slice(0, 16), 'latin1');
}
