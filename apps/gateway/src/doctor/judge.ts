import type { LogStanding } from '@waybill/contracts/http/log-proofs';
import type { Finding } from '@waybill/service-kit/examine';

/** Slower than this and every call of the API is slow. */
export const roundTripMsMax = 100;
/** Events between a log and its stream: a second of a busy log. */
export const relayLagMax = 5_000;
/** Published and not yet recorded: a few seconds of intake. */
export const backlogMax = 10_000;

export function judgeRoundTrip(ms: number): Finding {
  return { state: ms <= roundTripMsMax ? 'holds' : 'wrong', says: `One round trip takes ${ms} ms.` };
}

export function judgeRelay(head: number, streamLast: number): Finding {
  const behind = head - streamLast;
  if (behind < 0)
    return {
      state: 'wrong',
      says: `The stream is ${-behind} events ahead of the log: the log was restored, or is not this one.`,
    };
  if (behind <= relayLagMax)
    return { state: 'holds', says: behind === 0 ? 'Nothing waits.' : `${behind} events are on their way.` };
  return { state: 'wrong', says: `${behind} events wait.` };
}

/** A log that is not what was signed is the worst that can be found; one that nobody can judge is said to be so. */
export function judgeStanding({ readOnly, checkpoint, keyed }: LogStanding): Finding {
  if (readOnly !== null) return { state: 'wrong', says: `Nothing is appended: ${readOnly}.` };
  if (checkpoint === null) return { state: 'unknown', says: 'No checkpoint of it was found to compare it with.' };
  const says = `It has grown from its newest checkpoint (${checkpoint.size} events, given by ${checkpoint.from}).`;
  if (keyed) return { state: 'holds', says };
  return { state: 'unknown', says: `${says} Nobody checks who signed it: set WAYBILL_NOTARY_VKEY.` };
}

export function judgeBacklog(messages: number): Finding {
  if (messages <= backlogMax)
    return {
      state: 'holds',
      says: messages === 0 ? 'Nothing waits.' : `${messages} notifications wait to be recorded.`,
    };
  return { state: 'wrong', says: `${messages} notifications wait to be recorded.` };
}
