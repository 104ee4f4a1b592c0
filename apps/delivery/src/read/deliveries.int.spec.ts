import { Refused } from '@waybill/decider/decider';
import { decide, type DeliveryCommand } from '@waybill/delivery/decide';
import { type DeliveryState, evolve, initialDelivery } from '@waybill/delivery/delivery';
import { compareTables } from '@waybill/event-log/compare-tables';
import type { FoldedEvent } from '@waybill/event-log/read-model';
import { startPostgres, type TestDatabase } from '@waybill/testkit/start-postgres';
import fc from 'fast-check';
import pg from 'pg';
import { deliveries, segmentsOf } from './deliveries.js';

/**
 * The rows must be a fold of the log and of nothing else: a rebuild cuts the log into larger batches than the service did, and may
 * not come to other rows by that.
 */
const tables = [
  'delivery',
  'delivery_ended',
  'delivery_suppressed',
  'delivery_kind',
  'delivery_ticket',
  'delivery_due',
  'correlation',
  'connector_health',
  'job',
];
const acts = [
  'accept',
  'accept-and-begin',
  'suppress',
  'begin',
  'succeed',
  'fail',
  'unknown',
  'give-up',
  'cancel',
  'redeliver',
  'close',
  'close-connector',
] as const;
type Act = (typeof acts)[number];
const startMs = Date.parse('2026-11-24T08:00:00Z');
const startsOf: Record<string, number> = {};

/** What the log holds after these acts on a few deliveries of two subscriptions; what a decider refuses did not happen. */
function logOf(given: readonly (readonly [number, Act])[]): FoldedEvent[] {
  const states = new Map<number, DeliveryState>();
  const events: FoldedEvent[] = [];
  const versions = new Map<string, number>();
  const record = (stream: string, type: string, data: object): void => {
    const version = (versions.get(stream) ?? 0) + 1;
    versions.set(stream, version);
    const position = events.length + 1;
    const at = new Date(startMs + position * 1_000).toISOString();
    const meta = { actor: 'service:test' };
    const place = {
      log: 'delivery-0',
      epoch: 1,
      position,
      eventId: `e${position}`,
      schemaVersion: 1,
      tenant: 'default',
    };
    events.push({ ...place, stream, version, type, at, meta, data: data as Record<string, unknown> });
  };
  for (const [number, act] of given) {
    if (act === 'close-connector') {
      record(`closing-con-${events.length}`, 'ConnectorClosed', { connectorId: 'con', reason: 'connector_disabled' });
      continue;
    }
    if (act === 'close') {
      record(`closing-sub${number % 2}`, 'SubscriptionClosed', {
        subscriptionId: `sub${number % 2}`,
        reason: 'subscription_disabled',
      });
      continue;
    }
    const state = states.get(number) ?? initialDelivery;
    try {
      const decided = decide(commandOf(number, act, state, startMs + (events.length + 1) * 1_000), state);
      for (const { type, data } of decided) record(`delivery-dlv${number}`, type, data);
      states.set(number, decided.reduce(evolve, state));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
  return events;
}

function commandOf(number: number, act: Act, state: DeliveryState, nowMs: number): DeliveryCommand {
  const now = new Date(nowMs).toISOString();
  startsOf[number] = (startsOf[number] ?? 0) + 1;
  const attemptId = state.status === 'attempting' ? state.attempt.attemptId : `att${number}-${startsOf[number]}`;
  const deadline = new Date(nowMs + 30_000).toISOString();
  const plan = { attemptId, connectorVersion: 1, secretVersion: 1, renderer: '1', startedAt: now, deadline };
  const about = {
    notificationId: `ntf${number}`,
    notificationType: 'incident',
    subscriptionId: `sub${number % 2}`,
    connectorId: 'con',
  };
  const routed = { log: 'subscriptions-0', epoch: 1, position: 1, at: now };
  const correlation = number % 3 === 0 ? { correlationMac: 'thing' } : {};
  const outcome = { attemptId, status: null, timingsMs: {}, notes: [], now, random: 0.5, retryDelaysSeconds: null };
  switch (act) {
    case 'accept':
    case 'accept-and-begin': {
      const delivery = { deliveryId: `dlv${number}`, ...about, routed, ...correlation };
      return { type: 'AcceptDelivery', delivery, begin: act === 'accept' ? null : plan };
    }
    case 'suppress': {
      const delivery = { deliveryId: `dlv${number}`, ...about, routed, ...correlation };
      return { type: 'SuppressDelivery', delivery, by: { reason: 'suppression_window', until: deadline } };
    }
    case 'begin':
      return { type: 'BeginAttempt', plan };
    case 'succeed':
      return { type: 'RecordOutcome', ...outcome, outcome: { kind: 'accepted', receipt: { ticket: `T-${nowMs}` } } };
    case 'fail':
      return { type: 'RecordOutcome', ...outcome, outcome: { kind: 'refused', retry: 'later', reason: 'unavailable' } };
    case 'unknown':
      return {
        type: 'RecordOutcome',
        ...outcome,
        outcome: { kind: 'unknown', reason: 'timeout', receipt: { ticket: 'T' } },
      };
    case 'give-up':
      return { type: 'GiveUp', reason: 'template_failed', now };
    case 'cancel':
      return { type: 'CancelDelivery', reason: 'asked', now };
    default:
      return { type: 'Redeliver', mode: 'same-bytes', now, jobId: null };
  }
}

describe('the rows of deliveries', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await (await startPostgres()).createDatabase('rows');
    client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
  }, 60_000);
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  async function fold(schema: string, batches: readonly FoldedEvent[][]): Promise<void> {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}; SET search_path = ${schema}`);
    for (const sql of deliveries.tables) await client.query(sql);
    for (const batch of batches) if (batch.length > 0) await deliveries.apply(client, batch, schema);
  }

  /** Of two deliveries, so that most acts follow upon another one of the same. */
  const given = fc.array(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.constantFrom(...acts)), {
    minLength: 5,
    maxLength: 30,
  });
  const one = (...steps: Act[]): [number, Act][] => steps.map((act) => [1, act]);
  /** Each came to other rows when a batch was folded as one change. */
  const traps: [[number, Act][], number][] = [
    [one('accept-and-begin', 'succeed', 'redeliver', 'begin', 'succeed'), 40],
    [one('accept-and-begin', 'succeed', 'redeliver', 'close'), 40],
    [one('accept-and-begin', 'succeed', 'close', 'redeliver'), 40],
    [one('accept-and-begin', 'close', 'succeed', 'redeliver'), 3],
    [one('accept', 'give-up', 'redeliver', 'begin', 'succeed'), 2],
    [one('suppress', 'redeliver', 'begin', 'succeed'), 40],
    [one('suppress', 'redeliver', 'close', 'redeliver'), 2],
    [one('accept-and-begin', 'close-connector', 'fail', 'cancel', 'redeliver'), 40],
  ];

  async function isSame(steps: readonly (readonly [number, Act])[], size: number): Promise<void> {
    const events = logOf(steps);
    const batches = Array.from({ length: Math.ceil(events.length / size) }, (_, at) =>
      events.slice(at * size, (at + 1) * size),
    );
    await fold(
      'one_by_one',
      events.map((event) => [event]),
    );
    await fold('in_batches', batches);
    expect(await compareTables(client, 'one_by_one', 'in_batches', tables)).toEqual([]);
  }

  it.each(traps)('are the same however the log is cut into batches: %j by %i', isSame);

  it('are the same however any log is cut into batches', async () => {
    await fc.assert(fc.asyncProperty(given, fc.integer({ min: 2, max: 30 }), isSame), { numRuns: 40 });
  }, 120_000);

  it.each<[string, [number, Act][], number]>([
    [
      'a delivery that ends once is one piece',
      [
        [1, 'accept-and-begin'],
        [1, 'succeed'],
        [2, 'accept'],
      ],
      1,
    ],
    [
      'one that is redelivered after it ended in the batch is cut there',
      [
        [1, 'accept-and-begin'],
        [1, 'succeed'],
        [1, 'redeliver'],
      ],
      2,
    ],
    [
      'a closing is about what was before it',
      [
        [1, 'accept'],
        [1, 'close'],
        [3, 'accept'],
      ],
      2,
    ],
    [
      'closings that follow each other stay together',
      [
        [1, 'accept'],
        [1, 'close'],
        [2, 'close'],
        [3, 'accept'],
      ],
      2,
    ],
  ])('are written in as few pieces as possible: %s', (_case, steps, pieces) => {
    expect(segmentsOf(logOf(steps))).toHaveLength(pieces);
  });
});
