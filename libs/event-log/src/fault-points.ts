/**
 * Where a process can die between being asked and having answered, along the way of an event. Specs kill it (SIGKILL) at every one, and
 * fail when one was not reached: `killed-writer.int.spec.ts` all but the last, `apps/journeys/src/before-ack.ts` the last.
 */
export const faultPoints = [
  /** The head lock is held, nothing is written. */
  'afterLock',
  /** The rows are written, the transaction is open. */
  'afterInsert',
  /** Everything is decided, nothing of the second round trip is sent. */
  'beforeCommit',
  /** It is committed, and nobody has heard of it. */
  'afterCommit',
  /** It is committed and acknowledged, and the relay has not published it. */
  'beforePublish',
  /** The broker holds it, and the relay has not heard so. */
  'afterPublish',
  /** What came from a queue is committed, and the queue was not told. */
  'beforeAck',
] as const;
export type FaultPoint = (typeof faultPoints)[number];
