import { AppendRejected, type AppendRejection, type NewEvent, type RecordedEvent, type StreamAppend } from './log.js';

/** What the specs of this room append. */
export const happened = (n: number, more: Partial<NewEvent> = {}): NewEvent => ({
  type: 'ThingHappened',
  schemaVersion: 1,
  data: { n },
  meta: { actor: 'service:test' },
  ...more,
});

export const to = (stream: string, ...numbers: number[]): StreamAppend => ({
  stream,
  tenant: 'default',
  expected: 'any',
  events: numbers.map((n) => happened(n)),
});

export async function rejectionOf(appending: Promise<unknown>): Promise<AppendRejection> {
  try {
    await appending;
  } catch (error) {
    if (error instanceof AppendRejected) return error.rejection;
    throw error;
  }
  throw new Error('was not rejected');
}

export const numbersOf = (events: readonly RecordedEvent[]): unknown[] => events.map((event) => event.data['n']);
export const positionsOf = (events: readonly RecordedEvent[]): number[] => events.map((event) => event.position);
