import { isBy } from '@waybill/contracts/http/moment';
import type { Attempt, Delivery, Held } from '@waybill/contracts/http/deliveries';
import { Refused } from '@waybill/decider/decider';
import type { Accepted, DeliveryEvent, DeliveryState } from '@waybill/delivery/delivery';
import { holdsOf } from '@waybill/delivery/hold';
import { type RecordedEvent, shredded } from '@waybill/event-log/log';
import { type KeptAttempt, openKeptAttempt } from '../out/kept-attempt.js';
import { stateOf } from '../work/job.js';

/** A delivery with all its attempts, folded from its stream; refuses what is not this tenant's. */
export function deliveryView(tenant: string, events: readonly RecordedEvent[]): Delivery {
  const first = events[0];
  if (first === undefined || first.tenant !== tenant)
    throw new Refused('delivery_unknown', 'There is no such delivery.');
  const accepted = first.data as unknown as Accepted;
  const state = stateOf(events);
  const attempts = attemptsOf(events);
  return {
    id: accepted.deliveryId,
    tenant,
    notificationId: accepted.notificationId,
    type: accepted.notificationType,
    connectorId: accepted.connectorId,
    connectorVersion: attempts.at(-1)?.connectorVersion ?? null,
    subscriptionId: accepted.subscriptionId,
    status: state.status === 'none' ? 'pending' : state.status,
    reason: reasonOf(state, attempts),
    nextAttemptAt: state.status === 'pending' || state.status === 'retrying' ? state.dueAt : null,
    receipt: receiptOf(state),
    ...(state.status === 'suppressed' ? { suppressedUntil: state.until } : {}),
    routedAt: accepted.routed.at,
    acceptedAt: first.at,
    updatedAt: events.at(-1)?.at ?? first.at,
    version: events.at(-1)?.version ?? 0,
    attempts,
    log: events.map(loggedOf),
  };
}

/** Adds the holds that it waits for or was attempted after; most have none. */
export function withHolds(delivery: Delivery, holds: readonly Held[]): Delivery {
  if (holds.length === 0) return delivery;
  const started = (delivery.log ?? []).filter(({ type }) => type === 'AttemptStarted');
  const isOpen = openStatuses.has(delivery.status);
  const held = holdsOf(
    { routedAt: delivery.routedAt ?? '', isOpen, attempts: started.map(({ position }) => position) },
    holds,
  );
  return held.length === 0 ? delivery : { ...delivery, held };
}

const openStatuses: ReadonlySet<Delivery['status']> = new Set(['pending', 'attempting', 'retrying']);

/** What of a stream was recorded by a moment; before the first of it there was no delivery. */
export function eventsUntil(events: readonly RecordedEvent[], at: string): RecordedEvent[] {
  return events.filter((event) => isBy(event, at));
}

/** An event as the view lists it; a redelivery with the job that asked for it, and who asked or made the job. */
function loggedOf(recorded: RecordedEvent): NonNullable<Delivery['log']>[number] {
  const { position, type, at, meta } = recorded;
  const event = recorded as unknown as DeliveryEvent;
  const asked = event.type === 'RedeliveryRequested' ? { actor: meta.actor, jobId: event.data.jobId } : {};
  return { position, type, at, ...asked };
}

function reasonOf(state: DeliveryState, attempts: readonly Attempt[]): string | null {
  if ('reason' in state) return state.reason;
  return state.status === 'retrying' ? (attempts.at(-1)?.reason ?? null) : null;
}

function receiptOf(state: DeliveryState): Delivery['receipt'] {
  if (state.status === 'none' || state.receipt === null) return null;
  const { ticket, url } = state.receipt as { ticket?: string; url?: string };
  return { ...(ticket === undefined ? {} : { ticket }), ...(url === undefined ? {} : { url }) };
}

function attemptsOf(events: readonly RecordedEvent[]): Attempt[] {
  const attempts: Attempt[] = [];
  for (const recorded of events) {
    const event = recorded as unknown as DeliveryEvent;
    if (event.type === 'AttemptStarted') attempts.push(begun(event.data));
    else if (event.type === 'DeliveryDelivered' || event.type === 'AttemptFailed') {
      const last = attempts.findIndex((attempt) => attempt.id === event.data.attemptId);
      const attempt = attempts[last];
      if (attempt) attempts[last] = finished(attempt, event, keptOf(recorded));
    } else if (event.type === 'DeliveryDeadLettered') {
      const attempt = attempts.at(-1);
      // Ended without an outcome of its own: the template gave nothing, so nothing was sent.
      if (attempt && attempt.outcome === null)
        attempts[attempts.length - 1] = ended(attempt, event.data, keptOf(recorded));
    }
  }
  return attempts;
}

function begun(data: Extract<DeliveryEvent, { type: 'AttemptStarted' }>['data']): Attempt {
  return {
    id: data.attemptId,
    number: data.number,
    startedAt: data.startedAt,
    finishedAt: null,
    outcome: null,
    retry: null,
    reason: null,
    connectorVersion: data.connectorVersion,
    request: null,
    response: null,
    error: null,
    timingsMs: {},
  };
}

function finished(
  attempt: Attempt,
  event: Extract<DeliveryEvent, { type: 'DeliveryDelivered' | 'AttemptFailed' }>,
  kept: KeptAttempt | null | 'shredded',
): Attempt {
  const failed = event.type === 'AttemptFailed' ? event.data : null;
  return {
    ...attempt,
    finishedAt: event.data.finishedAt,
    outcome: failed ? failed.outcome : 'accepted',
    retry: failed?.retry ?? null,
    reason: failed?.reason ?? null,
    timingsMs: event.data.timingsMs,
    notes: event.data.notes,
    ...shownOf(kept),
  };
}

function ended(attempt: Attempt, data: { reason: string; at: string }, kept: KeptAttempt | null | 'shredded'): Attempt {
  return { ...attempt, finishedAt: data.at, outcome: 'refused', retry: 'never', reason: data.reason, ...shownOf(kept) };
}

function shownOf(kept: KeptAttempt | null | 'shredded'): Partial<Attempt> {
  if (kept === 'shredded') return { shredded: true };
  if (kept === null) return {};
  const { request, response, error } = kept;
  // What is kept is read-only here and loose in the contract: the same members.
  return { request, response, error } as unknown as Partial<Attempt>;
}

function keptOf(event: RecordedEvent): KeptAttempt | null | 'shredded' {
  if (event.sealed === null) return null;
  return event.sealed === shredded ? 'shredded' : openKeptAttempt(event.sealed);
}
