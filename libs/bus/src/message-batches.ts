import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';

/**
 * Yields what has arrived, as one batch, without waiting for more: under load batches are large, at rest a message is alone and at once.
 * The next pull is sent only as messages are taken, so that a slow reader does not fill its memory.
 * Ends when the consumer's messages end; throws what stopped them. Whoever leaves early may wait for `messages.close()` afterwards.
 */
export async function* batchesOf(messages: ConsumerMessages, batchMax: number): AsyncGenerator<JsMsg[]> {
  const iterator = messages[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const first = await next;
      if (first.done === true) return;
      const batch = [first.value];
      next = iterator.next();
      // What is there already comes before the event loop turns. The iterator's own count of what is pending cannot be trusted for
      // this: it counts pull requests too, and a batch that waited for one would wait until the next message.
      const turned = eventLoopTurned();
      while (batch.length < batchMax) {
        const more = await Promise.race([next, turned]);
        if (more === null || more.done === true) break;
        batch.push(more.value);
        next = iterator.next();
      }
      // It may fail while the batch is being taken; that is thrown when its turn comes.
      next.catch(() => undefined);
      yield batch;
    }
  } finally {
    // A message that was asked for in advance and not taken holds up the iterator, and with it the end of its messages, for ever.
    void iterator.return?.();
  }
}

function eventLoopTurned(): Promise<null> {
  return new Promise((resolve) => setImmediate(() => resolve(null)));
}
