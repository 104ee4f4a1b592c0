import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { leafHeader } from '@waybill/contracts/log-event';
import { logStream, logSubjects } from '@waybill/contracts/subjects';
import type { PostgresLog } from './postgres-log.js';

/** The stream is a window on the log; older events are read from the log itself. */
export const windowMaxAgeMs = 72 * 60 * 60 * 1000;
/** A lost stream is filled again with at most so many of the newest events; at 20,000 a second that takes a minute. */
export const refillMax = 1_000_000;

export type RelayAlarmKind = 'different' | 'ahead' | 'config';

/** The stream contradicts the log, and publishing would make it worse: the relay stops until an operator has decided. */
export class RelayAlarm extends Error {
  override readonly name = 'RelayAlarm';
  constructor(
    readonly kind: RelayAlarmKind,
    message: string,
    readonly position: number,
  ) {
    super(message);
  }
}

export interface RelayStreamOptions {
  readonly log: Pick<PostgresLog, 'identity' | 'head' | 'readWire'>;
  readonly manager: JetStreamManager;
  readonly replicas: number;
  readonly maxAgeMs: number;
  readonly refillMax: number;
  readonly nowMs: () => number;
}

/**
 * Makes sure that the stream of the log is there with the wanted settings and answers the position that it holds last.
 * Throws `RelayAlarm` when what it holds there is not what the log holds there.
 */
export async function alignStream(options: RelayStreamOptions): Promise<number> {
  const { log, manager } = options;
  const name = logStream(log.identity.log);
  let info = await streamInfo(manager, name);
  info = info === null ? await createStream(options, name) : await withWantedConfig(options, info);
  const last = info.state.last_seq;
  // Read after the stream: what another copy published in between was committed before that.
  const head = await log.head();
  if (last > head.position) {
    throw new RelayAlarm(
      'ahead',
      `${name} holds ${last}, the log ends at ${head.position}: was the log restored?`,
      last,
    );
  }
  if (info.state.messages > 0) await compareNewest(options, name);
  else if (last === 0 && (await windowStart(options)) > 1) {
    // Somebody made the stream empty and without `first_seq`; nothing is in it that could be lost.
    await manager.streams.delete(name);
    return (await createStream(options, name)).state.last_seq;
  }
  return last;
}

/** The stream's newest sequence, without comparing; null when the stream is gone. */
export async function lastSequence(manager: JetStreamManager, log: string): Promise<number | null> {
  return (await streamInfo(manager, logStream(log)))?.state.last_seq ?? null;
}

/** The window begins with the oldest event that is young enough, and never further back than the newest `refillMax` events. */
export async function windowStart(
  options: Pick<RelayStreamOptions, 'log' | 'maxAgeMs' | 'refillMax' | 'nowMs'>,
): Promise<number> {
  const { position: head } = await options.log.head();
  const oldestUs = (options.nowMs() - options.maxAgeMs) * 1000;
  let [low, high] = [Math.max(1, head - options.refillMax + 1), head + 1];
  // Times never go back along the log, so the first young event is found by halving.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [event] = await options.log.readWire(middle - 1, 1);
    if (event === undefined || event.atUs >= oldestUs) high = middle;
    else low = middle + 1;
  }
  return low;
}

async function compareNewest(options: RelayStreamOptions, name: string): Promise<void> {
  const { log, manager } = options;
  // The newest message need not be the newest sequence: a shredded one may have been deleted.
  const message = await manager.streams.getMessage(name, { last_by_subj: logSubjects(log.identity.log) });
  if (message === null) return;
  const [event] = await log.readWire(message.seq - 1, 1);
  const published = message.header.get(leafHeader);
  if (event !== undefined && event.position === message.seq && event.leafHex === published) return;
  throw new RelayAlarm(
    'different',
    `${name} holds leaf ${published || '(none)'} at ${message.seq}, the log ${event?.leafHex ?? '(none)'}`,
    message.seq,
  );
}

async function streamInfo(manager: JetStreamManager, name: string): Promise<StreamInfo | null> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return null;
    throw error;
  }
}

async function createStream(options: RelayStreamOptions, name: string): Promise<StreamInfo> {
  const firstSequence = await windowStart(options);
  const config = { ...wantedConfig(options), name, ...(firstSequence > 1 ? { first_seq: firstSequence } : {}) };
  const info = await options.manager.streams.add(config);
  assertConfig(info, config);
  return info;
}

/** Settings that may be changed are changed; a server that answers something else than it was asked did not understand the rest. */
async function withWantedConfig(options: RelayStreamOptions, info: StreamInfo): Promise<StreamInfo> {
  const wanted = wantedConfig(options);
  if (differences(info.config, wanted).length === 0) return info;
  let updated: StreamInfo;
  try {
    updated = await options.manager.streams.update(info.config.name, { ...info.config, ...wanted });
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw error;
    throw new RelayAlarm(
      'config',
      `${info.config.name} has settings that cannot be changed: ${error.message}`,
      info.state.last_seq,
    );
  }
  assertConfig(updated, wanted);
  return updated;
}

function wantedConfig({ log, replicas, maxAgeMs }: RelayStreamOptions): Partial<StreamConfig> {
  return {
    subjects: [logSubjects(log.identity.log)],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(maxAgeMs),
    max_msgs: -1,
    max_bytes: -1,
    num_replicas: replicas,
    // A purge could reset the sequence. Deleting stays possible, because shredding takes a message out of the window.
    deny_purge: true,
    deny_delete: false,
    allow_direct: true,
  };
}

function assertConfig(info: StreamInfo, wanted: Partial<StreamConfig>): void {
  const wrong = differences(info.config, wanted);
  if (wrong.length === 0) return;
  throw new RelayAlarm('config', `${info.config.name} was not made as asked: ${wrong.join(', ')}`, info.state.last_seq);
}

function differences(actual: Partial<StreamConfig>, wanted: Partial<StreamConfig>): string[] {
  return (
    Object.entries(wanted)
      // The client writes members without a value into what it is given.
      .filter(
        ([key, value]) =>
          value !== undefined &&
          JSON.stringify(value) !== JSON.stringify((actual as Record<string, unknown>)[key] ?? false),
      )
      .map(([key, value]) => `${key} is not ${JSON.stringify(value)}`)
  );
}
