import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';

/**
 * Yields what has arrived, as one batch, without waiting for more: under load batches are large, at rest a message is alone and at once.
 * The next pull is sent only as messages are taken, so that a slow reader does not fill its memory.
 * Ends when the consumer's messages end; throws what stopped them.
 */
export async function* batchesOf(messages: ConsumerMessages, batchMax: number): AsyncGenerator<JsMsg[]> {
  const iterator = messages[Symbol.asyncIterator]();
  for (;;) {
    const first = await iterator.next();
    if (first.done === true) return;
    const batch = [first.value];
    while (batch.length < batchMax && messages.getPending() > 0) {
      const next = await iterator.next();
      if (next.done === true) break;
      batch.push(next.value);
    }
    yield batch;
  }
}
