import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { nuid } from '@nats-io/transport-node';
import type { CallStats } from './rpc-gate.js';
import { callOf } from './rpc-gate.js';

export interface MicroService {
  readonly name: string;
  /** SemVer. */
  readonly version: string;
  readonly description: string;
  readonly queue: string;
  readonly patterns: readonly string[];
  /** Counted since the start, by call. */
  readonly stats: ReadonlyMap<string, Readonly<CallStats>>;
}

/**
 * Answers `$SRV.PING|INFO|STATS[.<name>[.<id>]]` in the shapes of the NATS micro protocol (ADR-32), so that `nats micro ls` sees the service.
 * The calls themselves are answered by the transport; this only tells of them. Resolve `stop` at drain.
 */
export function answerMicro(connection: NatsConnection, service: MicroService): { stop(): Promise<void> } {
  const id = nuid.next();
  const started = new Date().toISOString();
  const identity = { name: service.name, id, version: service.version, metadata: {} };
  const answers: Record<string, () => object> = {
    PING: () => ({ type: 'io.nats.micro.v1.ping_response', ...identity }),
    INFO: () => ({
      type: 'io.nats.micro.v1.info_response',
      ...identity,
      description: service.description,
      endpoints: service.patterns.map((pattern) => ({ ...shapeOf(pattern, service.queue), metadata: {} })),
    }),
    STATS: () => ({
      type: 'io.nats.micro.v1.stats_response',
      ...identity,
      started,
      endpoints: service.patterns.map((pattern) => ({
        ...shapeOf(pattern, service.queue),
        ...countsOf(service.stats.get(callOf(pattern))),
      })),
    }),
  };
  const subscriptions: Subscription[] = [];
  for (const [verb, answer] of Object.entries(answers)) {
    for (const subject of [`$SRV.${verb}`, `$SRV.${verb}.${service.name}`, `$SRV.${verb}.${service.name}.${id}`]) {
      const callback = (error: Error | null, message: Msg): void => {
        if (error === null && message.reply) message.respond(JSON.stringify(answer()));
      };
      subscriptions.push(connection.subscribe(subject, { callback }));
    }
  }
  return {
    stop: async () => void (await Promise.allSettled(subscriptions.map((subscription) => subscription.drain()))),
  };
}

function shapeOf(pattern: string, queue: string): object {
  // Names of the protocol know letters, digits, hyphen and underscore only.
  return { name: callOf(pattern).replaceAll('.', '-'), subject: pattern, queue_group: queue };
}

function countsOf(stats: Readonly<CallStats> | undefined): object {
  const { requests, errors, lastError, processingNs } = stats ?? {
    requests: 0,
    errors: 0,
    lastError: '',
    processingNs: 0,
  };
  return {
    num_requests: requests,
    num_errors: errors,
    last_error: lastError,
    processing_time: Math.round(processingNs),
    average_processing_time: requests === 0 ? 0 : Math.round(processingNs / requests),
  };
}
