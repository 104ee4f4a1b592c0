import { logEventBytesMax } from '@waybill/contracts/log-event';

/** An event is at most this long on the wire; one that is longer is refused before it is queued. */
export const eventBytesMax = logEventBytesMax;
/** What the envelope's fixed words, numbers and punctuation may take on the wire; counted in full for every event. */
export const envelopeBytes = 512;
/** A group commit takes at most this many events: past 200-500 a batch only latency grows (reference/event-log.md 1.4). */
export const groupEventsMax = 500;
/** … and at most this many bytes. A request that is larger by itself goes alone. */
export const groupBytesMax = 1024 * 1024;
/** One request: a fan-out of 1,000 deliveries with two events each fits five times over. */
export const requestEventsMax = 10_000;
export const requestBytesMax = 16 * 1024 * 1024;
/** Appends that wait for their group; beyond this a caller gets `Overloaded` at once. */
export const queueEventsMax = 20_000;
export const queueBytesMax = 64 * 1024 * 1024;
/** `readAll` answers at most this many events, whatever is asked. */
export const readLimitMax = 5_000;
/** `readStreams` takes at most this many names. */
export const readStreamsMax = 5_000;
/** Names end up in subjects and index keys. */
export const streamNameBytesMax = 256;
export const tenantBytesMax = 63;
export const typeBytesMax = 100;
