import { type Decider, fold } from '@waybill/decider/decider';
import { AppendRejected, type EventLog, type NewEvent, type RecordedEvent } from '@waybill/event-log/log';
import type { RpcCaller } from '@waybill/service-kit/rpc';

/** Changes of one connector come from people; five collisions in a row are somebody's runaway script. */
const triesMax = 5;
/** A page of a stream; longer histories take more round trips. */
const streamPage = 1_000;

export interface Decided<State> {
  readonly state: State;
  /** The whole stream after the append, oldest first. */
  readonly history: readonly RecordedEvent[];
  /** The last position of the stream: where a reader must be to have seen this. */
  readonly position: number;
}

interface DomainEvent {
  readonly type: string;
  readonly data: object;
}

/**
 * load → decide → append, for one stream of one tenant: the only caller of `decide` in this service.
 * A change that came in between is decided again, so that a command without a version of its own never fails for a race.
 * A stream that belongs to another tenant looks like one that does not exist.
 */
export async function appendDecision<State, Command, Event extends DomainEvent>(
  log: EventLog,
  at: { readonly stream: string; readonly tenant: string; readonly caller: RpcCaller },
  decider: Decider<State, Command, Event>,
  command: Command,
): Promise<Decided<State>> {
  for (let tries = 1; ; tries += 1) {
    const history = await readHistory(log, at.stream, at.tenant);
    const state = stateOf(decider, history);
    const events = decider.decide(command, state);
    if (events.length === 0) return { state, history, position: history.at(-1)?.position ?? 0 };
    try {
      const expected = history.at(-1)?.version ?? 'none';
      const news = events.map((event) => newEvent(event, at.caller));
      const appended = await log.append({
        streams: [{ stream: at.stream, tenant: at.tenant, expected, events: news }],
      });
      const whole = [...history, ...appended.events];
      return { state: stateOf(decider, whole), history: whole, position: appended.events.at(-1)?.position ?? 0 };
    } catch (error) {
      if (!(error instanceof AppendRejected) || tries === triesMax) throw error;
    }
  }
}

/** All events of a stream, oldest first; none when it belongs to another tenant. */
export async function readHistory(log: EventLog, stream: string, tenant: string): Promise<RecordedEvent[]> {
  const history: RecordedEvent[] = [];
  for (;;) {
    const fromVersion = history.length + 1;
    const page = await log.readStream(stream, { fromVersion, limit: streamPage });
    if (page.some((event) => event.tenant !== tenant)) return [];
    history.push(...page);
    if (page.length < streamPage) return history;
  }
}

/** The state that a history describes. The log holds what this service wrote, so its events are the domain's. */
export function stateOf<State, Command, Event>(
  decider: Decider<State, Command, Event>,
  history: readonly RecordedEvent[],
): State {
  const events = history.map(({ type, data }) => ({ type, data }) as unknown as Event);
  return fold(decider.evolve, decider.initialState, events);
}

export function newEvent(event: DomainEvent, caller: RpcCaller): NewEvent {
  const { actor, requestId, traceparent } = caller;
  return {
    type: event.type,
    schemaVersion: 1,
    data: event.data,
    meta: { actor, correlationId: requestId, traceparent },
  };
}

/** Who acts when nobody asked: this service itself. */
export const noCaller: RpcCaller = {
  tenant: '_',
  actor: 'service:registry',
  requestId: 'start',
  traceparent: undefined,
  tracestate: undefined,
  subject: '',
};
