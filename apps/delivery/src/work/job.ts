import { fold } from '@waybill/decider/decider';
import type { DeliveryCommand } from '@waybill/delivery/decide';
import { deliveryDecider } from '@waybill/delivery/decide';
import type { DeliveryEvent, DeliveryState } from '@waybill/delivery/delivery';
import type { NewEvent, RecordedEvent, StreamAppend } from '@waybill/event-log/log';
import type { Receipt } from '@waybill/targets/outcome';
import type { KeptRendering } from '../out/kept-attempt.js';
import type { Connector } from './connectors.js';

/** One delivery in the hands of a worker: its state, the version that fences it, and what is needed to carry out an attempt. */
export interface Job {
  readonly deliveryId: string;
  readonly tenant: string;
  readonly connectorId: string;
  readonly notificationId: string;
  readonly traceparent: string | undefined;
  state: DeliveryState;
  /** Version of the stream as this worker knows it: whoever holds another one can write nothing. */
  version: number;
  /** The connector as it was when the attempt began; null before. */
  connector: Connector | null;
  /** What came with the routing event; null when it must be fetched. */
  notification: JobNotification | null;
  /** What an earlier attempt rendered; null when the template has to be rendered. */
  rendered: KeptRendering | null;
  /** What the deliveries of the same thing left behind last; null where there is nothing, or no correlation key. */
  remembered: Receipt | null;
}

export interface JobNotification {
  readonly facts: { readonly id: string; readonly type: string; readonly source: string; readonly time: string };
  readonly payloadText: string;
  /** The subscription's key for this delivery; null: the target's default. */
  readonly correlationKey: string | null;
}

export const streamOf = (deliveryId: string): string => `delivery-${deliveryId}`;

/** What a command leads to, ready to be appended; null when it changes nothing. The sealed text goes to the first event. */
export interface Decision {
  readonly append: StreamAppend;
  readonly events: readonly DeliveryEvent[];
  readonly after: DeliveryState;
}

/** Decides a command on a job's state; throws `Refused` when the delivery's rules say no. */
export function decideFor(job: Job, command: DeliveryCommand, actor: string, sealedText?: string): Decision | null {
  const events = deliveryDecider.decide(command, job.state);
  if (events.length === 0) return null;
  const append: StreamAppend = {
    stream: streamOf(job.deliveryId),
    tenant: job.tenant,
    expected: job.version === 0 ? 'none' : job.version,
    events: events.map((event, index) => newEvent(job, event, actor, index === 0 ? sealedText : undefined)),
  };
  return { append, events, after: fold(deliveryDecider.evolve, job.state, events) };
}

/** The decision is on the record: the job is where it says. */
export function advance(job: Job, decision: Decision): void {
  job.state = decision.after;
  job.version += decision.events.length;
}

/** Whether it is about a thing with a key: then it takes its turn behind what came before about the same. */
export function isCorrelated({ state }: Job): boolean {
  return state.status !== 'none' && state.accepted.correlationMac !== undefined;
}

/** The state of a delivery as its stream says. */
export function stateOf(events: readonly RecordedEvent[]): DeliveryState {
  return fold(deliveryDecider.evolve, deliveryDecider.initialState, events as unknown as DeliveryEvent[]);
}

/** Registry's log is read within milliseconds; after a minute a connector that is not here does not exist. */
const connectorMayComeMs = 60_000;

/** Whether a delivery was routed so short a time ago that its connector may not have arrived here yet. */
export function isYoung(job: Job, nowMs: number): boolean {
  return job.state.status !== 'none' && nowMs - Date.parse(job.state.accepted.routed.at) < connectorMayComeMs;
}

function newEvent(job: Job, event: DeliveryEvent, actor: string, sealedText: string | undefined): NewEvent {
  return {
    type: event.type,
    schemaVersion: 1,
    data: event.data,
    sealed: sealedText === undefined ? undefined : { subject: job.notificationId, text: sealedText },
    meta: { actor, correlationId: job.notificationId, traceparent: job.traceparent },
  };
}
