import type { DeliveryCommand, RecordOutcome } from '@waybill/delivery/decide';
import { givenUpReasons, type Heard, type HealthEvent } from '@waybill/delivery/connector-health';
import { cleanReceipt } from '@waybill/targets/receipt';
import type { StreamAppend } from '@waybill/event-log/log';
import { attemptReasons } from '@waybill/contracts/codes/attempt-reasons';
import type { Carried } from '../out/carry-out.js';
import type { Connector } from './connectors.js';

/** The command that records what came of an attempt. */
export function outcomeCommand(
  attemptId: string,
  connector: Connector,
  carried: Carried,
  nowMs: number,
  random: number,
): DeliveryCommand {
  const now = new Date(nowMs).toISOString();
  if (carried.kind === 'gave-up') return { type: 'GiveUp', reason: carried.reason, now };
  const { status, timingsMs, notes, allowEntry } = carried.conversation;
  return {
    type: 'RecordOutcome',
    attemptId,
    outcome: outcomeOf(carried),
    status,
    timingsMs,
    notes,
    allowEntry: allowEntry ?? undefined,
    now,
    random,
    retryDelaysSeconds: connector.limits.retryDelaysSeconds,
  };
}

/** Why a delivery ends whose connector takes no more. */
export function endReasonOf(connector: Pick<Connector, 'state' | 'disabledBecause'> | undefined): string {
  const because = connector?.disabledBecause ?? '';
  if (connector?.state === 'disabled' && givenUpReasons.has(because)) return because;
  return `connector_${connector?.state ?? 'unknown'}`;
}

/** Ends a delivery that waits: as a dead letter where its connector was given up, else cancelled. */
export function endCommand(reason: string, nowMs: number): DeliveryCommand {
  return { type: givenUpReasons.has(reason) ? 'GiveUp' : 'CancelDelivery', reason, now: new Date(nowMs).toISOString() };
}

/** What came of an attempt in which we were at fault. */
export const ownFault: Carried = {
  kind: 'gave-up',
  reason: 'internal_error',
  sealedText: '{"request":null,"response":null,"error":{"code":"internal_error","message":""}}',
};

/** Puts on the record how a connector is doing. */
export function healthAppend(
  connectorId: string,
  tenant: string,
  news: readonly HealthEvent[],
  actor: string,
): StreamAppend {
  const events = news.map(({ type, data }) => ({ type, schemaVersion: 1, data, meta: { actor } }));
  return { stream: `connectorhealth-${connectorId}`, tenant, expected: 'any', events };
}

/** Why an attempt that had begun never left. */
export type UnsentReason = 'worker_stopped' | 'delivery_held' | 'connector_paused' | 'connector_slow';

/** What has begun and has not left: nothing can have arrived, so it is refused for now, not unknown, and does not count. */
export function giveBackCommand(
  attemptId: string,
  reason: UnsentReason,
  afterMs: number,
  nowMs: number,
): RecordOutcome {
  return {
    type: 'RecordOutcome',
    attemptId,
    outcome: { kind: 'refused', retry: 'later', reason, retryAfterMs: afterMs },
    status: null,
    timingsMs: {},
    notes: [],
    unsent: true,
    now: new Date(nowMs).toISOString(),
    random: 0.5,
    retryDelaysSeconds: null,
  };
}

/** What an outcome says of the connector; null when nothing was sent, or when what failed was ours. */
export function heardOf(carried: Carried, nowMs: number): Heard | null {
  if (carried.kind === 'gave-up' || carried.conversation.request === null) return null;
  const { outcome, status } = carried.conversation;
  if (outcome.kind === 'accepted') return { kind: 'success' };
  const { reason } = outcome;
  if (outcome.kind === 'unknown') return { kind: 'failed', reason };
  if (outcome.disable === true) return { kind: 'gone', reason };
  // A token endpoint that asks for time gives none of the connector's deliveries a token before.
  const saysWhen = status === 429 || status === 503 || reason === 'oauth_failed';
  const asksForQuiet = saysWhen && outcome.retryAfterMs !== undefined && outcome.retryAfterMs > 0;
  if (asksForQuiet) return { kind: 'busy', reason, untilMs: nowMs + (outcome.retryAfterMs ?? 0) };
  const isSetup =
    (attemptReasons as Readonly<Record<string, { fault: string } | undefined>>)[reason]?.fault === 'connector';
  if (outcome.retry === 'later') return isSetup ? { kind: 'failed', reason, isSetup } : { kind: 'failed', reason };
  return isSetup ? { kind: 'misconfigured', reason } : { kind: 'answered' };
}

function outcomeOf(carried: Extract<Carried, { kind: 'tried' }>): RecordOutcome['outcome'] {
  const { outcome } = carried.conversation;
  const receipt =
    outcome.receipt === null || outcome.receipt === undefined ? null : { ...cleanReceipt(outcome.receipt) };
  if (outcome.kind === 'accepted') return { kind: 'accepted', receipt };
  if (outcome.kind === 'unknown') return { kind: 'unknown', reason: outcome.reason, receipt };
  const { retry, reason, retryAfterMs } = outcome;
  return { kind: 'refused', retry, reason, retryAfterMs, receipt };
}
