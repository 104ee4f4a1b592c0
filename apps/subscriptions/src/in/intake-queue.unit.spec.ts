import { intakeBatchMax, IntakeQueue, messagesBatchMax, messagesBesideRequestsMax } from './intake-queue.js';

const queueOf = (requests: number, messages: number): IntakeQueue<string> => {
  const queue = new IntakeQueue<string>();
  for (let n = 0; n < messages; n += 1) queue.addMessage(`m${n}`);
  for (let n = 0; n < requests; n += 1) queue.addRequest(`r${n}`);
  return queue;
};

describe('the queue of an intake', () => {
  it.each<[what: string, requests: number, messages: number, taken: number, first: string]>([
    ['gives a full batch of messages where nobody waits', 0, messagesBatchMax, messagesBatchMax, 'm0'],
    ['leaves one message more for the next batch', 0, messagesBatchMax + 1, messagesBatchMax, 'm0'],
    ['lets a request pass a burst of messages', 1, 10_000, 1 + messagesBesideRequestsMax, 'r0'],
    ['gives a full batch of requests where there are no messages', intakeBatchMax, 0, intakeBatchMax, 'r0'],
    ['keeps room for messages beside any number of requests', 10_000, 10_000, intakeBatchMax, 'r0'],
    ['gives nothing where nothing waits', 0, 0, 0, 'nothing'],
  ])('%s', (_what, requests, messages, taken, first) => {
    const batch = queueOf(requests, messages).next();
    expect([batch.length, batch[0] ?? 'nothing']).toEqual([taken, first]);
  });

  it('gives everything once, each line in its order', () => {
    const queue = queueOf(700, 300);
    const all: string[] = [];
    while (!queue.isEmpty) all.push(...queue.next());
    const line = (letter: string): string[] => all.filter((one) => one.startsWith(letter));
    expect(line('r')).toEqual(Array.from({ length: 700 }, (_, n) => `r${n}`));
    expect(line('m')).toEqual(Array.from({ length: 300 }, (_, n) => `m${n}`));
    expect(queue.requestCount).toBe(0);
  });
});
