import { createSecretKey } from 'node:crypto';
import { builtInTypes } from '@waybill/contracts/notification-types/built-in-types';
import type { NotificationRouted } from '@waybill/contracts/log/subscriptions';
import type { Lease } from '@waybill/event-log/leases';
import { AppendRejected } from '@waybill/event-log/log';
import { MemoryLog } from '@waybill/event-log/memory-log';
import { createLog } from '@waybill/service-kit/logger';
import type { SubscriptionShape } from '@waybill/subscription/subscription';
import { compileKey } from '../routing/key-template.js';
import { RouteTable } from '../routing/route-table.js';
import { SuppressionWindows } from '../routing/suppression-windows.js';
import { TypeRules } from '../routing/type-rules.js';
import { requestIncoming } from './forwarded-publish.js';
import { Intake, type Settled } from './intake.js';

const tenantKey = createSecretKey(Buffer.alloc(32, 7));
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 24, 10, minute)).toISOString();

const subscription = (more: Partial<SubscriptionShape> = {}): SubscriptionShape => ({
  id: 'sub_1',
  name: 'SOC',
  connectorIds: ['con_1'],
  types: ['incident', 'other'],
  filter: null,
  suppression: { minutes: 0, key: null },
  correlationKey: null,
  ...more,
});

/** An intake over a log in memory, whose route table follows the log only when told: so that a spec can let it lag. */
class Trial {
  /** The clock of the log. */
  clockMs = Date.UTC(2001, 0, 1);
  readonly eventLog = new MemoryLog('subscriptions-0', () => this.clockMs);
  readonly table = new RouteTable(compileKey);
  readonly log = createLog({ service: 'spec', copy: 'one', level: 'silent' });
  readonly types = new TypeRules(builtInTypes, this.log);
  intake!: Intake;
  lease!: Lease;

  static async begin(): Promise<Trial> {
    const trial = new Trial();
    trial.lease = (await trial.eventLog.leases.acquire('intake:default', 'one', 60_000)) as Lease;
    trial.intake = new Intake(
      {
        tenant: 'default',
        nc: undefined as never,
        eventLog: trial.eventLog,
        table: trial.table,
        windows: new SuppressionWindows(tenantKey),
        types: trial.types,
        tenantKey,
        log: trial.log,
        loadWindows: () => Promise.resolve([]),
        oldestWaitingMs: () => Promise.resolve(null),
        carried: () => Promise.resolve(),
      },
      trial.lease,
    );
    return trial;
  }

  async subscribe(shape: SubscriptionShape): Promise<void> {
    const data = { at: at(0), by: 'spec', subscription: shape, enabled: true };
    const event = { type: 'SubscriptionCreated', schemaVersion: 1, data, meta: { actor: 'spec' } };
    await this.eventLog.append({
      streams: [{ stream: `subscription-${shape.id}`, tenant: 'default', expected: 'none', events: [event] }],
    });
  }

  async update(shape: SubscriptionShape): Promise<void> {
    const data = { at: at(0), by: 'spec', subscription: shape };
    const event = { type: 'SubscriptionUpdated', schemaVersion: 1, data, meta: { actor: 'spec' } };
    await this.eventLog.append({
      streams: [{ stream: `subscription-${shape.id}`, tenant: 'default', expected: 'any', events: [event] }],
    });
  }

  async follow(): Promise<void> {
    this.table.apply(await this.eventLog.readAll({ after: this.table.position, limit: 1_000 }));
  }

  take(id: string, payload: object, minute = 1, type = 'incident'): Promise<Settled> {
    const body = JSON.stringify({ type, id, source: 'soc', payload });
    return this.intake.take({
      ...requestIncoming('default', 'any', body, 'key:key_1', () => '', at(minute)),
    });
  }

  async routed(): Promise<NotificationRouted[]> {
    const events = await this.eventLog.readAll({ after: 0, limit: 1_000 });
    return events
      .filter((event) => event.type === 'NotificationRouted')
      .map((event) => event.data as unknown as NotificationRouted);
  }
}

const valid = builtInTypes.find(({ type }) => type === 'incident')?.sample ?? {};

describe('an intake', () => {
  it('says when a request was received by the clock of the log, whatever the machine says', async () => {
    const trial = await Trial.begin();
    expect(trial.intake.now).toBe('2001-01-01T00:00:00.000Z');
  });

  it('records where a notification goes, and answers its position', async () => {
    const trial = await Trial.begin();
    await trial.subscribe(subscription());
    await trial.follow();
    expect(await trial.take('e1', valid)).toMatchObject({ kind: 'recorded', position: 2, duplicate: false });
    expect(await trial.routed()).toMatchObject([
      { id: 'e1', decidedOn: 1, warnings: [], chosen: [{ subscriptionId: 'sub_1', connectorIds: ['con_1'] }] },
    ]);
  });

  it('decides again when a subscription changed before the append', async () => {
    const trial = await Trial.begin();
    await trial.subscribe(subscription());
    await trial.follow();
    await trial.subscribe(subscription({ id: 'sub_2', connectorIds: ['con_2'] }));
    const taken = trial.take('e1', valid);
    // The intake has been refused by now and waits until its table knows the second subscription.
    await new Promise((resolve) => setImmediate(resolve));
    await trial.follow();
    expect(await taken).toMatchObject({ kind: 'recorded' });
    expect((await trial.routed())[0]?.chosen.map((one) => one.subscriptionId)).toEqual(['sub_1', 'sub_2']);
  });

  it('recognises a repeat and answers the first position', async () => {
    const trial = await Trial.begin();
    const first = await trial.take('e1', valid);
    expect(await trial.take('e1', valid)).toEqual({ ...first, duplicate: true });
    expect(await trial.routed()).toHaveLength(1);
  });

  it('refuses another payload under the same id, and the refusal is on the record', async () => {
    const trial = await Trial.begin();
    await trial.take('e1', valid);
    expect(await trial.take('e1', { ...valid, customer: 'Somebody else' })).toMatchObject({
      kind: 'refused',
      refused: { code: 'notification_conflict' },
    });
    const events = await trial.eventLog.readAll({ after: 0, limit: 10 });
    expect(events.at(-1)).toMatchObject({
      type: 'NotificationRefused',
      data: { code: 'notification_conflict', id: 'e1' },
    });
  });

  it('warns about a payload that does not fit its type, and refuses it where the tenant is strict', async () => {
    const trial = await Trial.begin();
    await trial.take('e1', { incident: 'a text' });
    expect((await trial.routed())[0]?.warnings.length).toBeGreaterThan(0);
    trial.types.put('default', 'incident', { type: 'object', required: ['incidentId'] }, true);
    expect(await trial.take('e2', { a: 1 })).toMatchObject({ kind: 'refused', refused: { code: 'payload_not_valid' } });
    expect(await trial.take('e3', { incidentId: 'x' })).toMatchObject({ kind: 'recorded' });
  });

  it('refuses what its subscriptions make too long for a record, opens no window by it, and records what came beside it', async () => {
    const trial = await Trial.begin();
    for (let n = 0; n < 300; n += 1) {
      const [suppression, correlationKey] = [{ minutes: 60, key: '{{host}}' }, '{{host}}'];
      await trial.subscribe(subscription({ id: `sub_${n}`, types: ['many'], suppression, correlationKey }));
    }
    await trial.follow();
    const long = { host: 'h'.repeat(512), text: 't'.repeat(250_000) };
    const batch = [
      trial.take('e1', valid),
      trial.take('e2', long, 1, 'many'),
      trial.take('e3', { host: 'h'.repeat(512) }, 2, 'many'),
    ];
    const [first, second, third] = await Promise.all(batch);
    expect([first?.kind, third?.kind]).toEqual(['recorded', 'recorded']);
    expect(second).toMatchObject({ kind: 'refused', data: { code: 'routing_too_large', id: 'e2', type: 'many' } });
    expect((await trial.routed()).map(({ chosen, suppressed }) => [chosen.length, suppressed.length])).toEqual([
      [0, 0],
      [300, 0],
    ]);
  });

  it('refuses by itself what it cannot decide on for a fault of its own, tells the operator, and records what came beside it', async () => {
    const trial = await Trial.begin();
    const fault = new TypeError('a fault of our own, with a word of the payload');
    const told: unknown[] = [];
    trial.log.error = (...words: unknown[]) => void told.push(words);
    const check = trial.types.check.bind(trial.types);
    trial.types.check = (tenant, notification) => {
      if (notification.facts.id === 'e2') throw fault;
      return check(tenant, notification);
    };
    const [first, second, third] = await Promise.all(['e1', 'e2', 'e3'].map((id) => trial.take(id, valid)));
    expect([first?.kind, third?.kind]).toEqual(['recorded', 'recorded']);
    expect(second).toMatchObject({ kind: 'refused', data: { code: 'internal', id: 'e2', type: 'incident' } });
    const refusals = (await trial.eventLog.readAll({ after: 0, limit: 10 })).filter(
      ({ type }) => type === 'NotificationRefused',
    );
    expect(refusals).toMatchObject([{ data: { code: 'internal', id: 'e2' } }]);
    expect(JSON.stringify(refusals)).not.toContain('word of the payload');
    const { refusalId } = refusals[0]?.data as { refusalId: string };
    expect(told).toEqual([[{ err: fault, tenant: 'default', refusalId }, 'intake.defect']]);
  });

  it('records a batch that is larger than an append', async () => {
    const trial = await Trial.begin();
    const text = 't'.repeat(250_000);
    const settled = await Promise.all(Array.from({ length: 80 }, (_, n) => trial.take(`e${n}`, { text }, 1, 'large')));
    expect(settled.map(({ kind }) => kind)).toEqual(settled.map(() => 'recorded'));
    expect((await trial.routed()).map(({ id }) => id)).toEqual(settled.map((_, n) => `e${n}`));
  });

  it('suppresses within the window and says until when', async () => {
    const trial = await Trial.begin();
    await trial.subscribe(subscription({ suppression: { minutes: 60, key: '{{host}}' } }));
    await trial.follow();
    for (const [id, minute] of [
      ['e1', 1],
      ['e2', 2],
      ['e3', 61],
    ] as const)
      await trial.take(id, { host: 'db1' }, minute);
    await trial.take('e4', { host: 'db2' }, 2);
    const routed = await trial.routed();
    expect(routed.map((one) => one.chosen.length)).toEqual([1, 0, 1, 1]);
    expect(routed[1]?.suppressed).toEqual([
      { subscriptionId: 'sub_1', subscriptionVersion: 1, connectorIds: ['con_1'], until: at(61) },
    ]);
  });

  it('opens no window by a repeat that comes after the window has ended', async () => {
    const trial = await Trial.begin();
    await trial.subscribe(subscription({ suppression: { minutes: 60, key: null } }));
    await trial.follow();
    await trial.take('e1', valid, 1);
    expect(await trial.take('e1', valid, 100)).toMatchObject({ duplicate: true });
    await trial.take('e2', valid, 101);
    expect((await trial.routed())[1]?.chosen).toHaveLength(1);
  });

  it('opens no window by what is refused because its id came in the same batch before', async () => {
    const trial = await Trial.begin();
    await trial.subscribe(subscription({ suppression: { minutes: 60, key: '{{host}}' } }));
    await trial.follow();
    const settled = await Promise.all([trial.take('e1', { host: 'db1' }), trial.take('e1', { host: 'db2' })]);
    expect(settled).toMatchObject([{ kind: 'recorded' }, { kind: 'refused', data: { code: 'notification_conflict' } }]);
    await trial.take('e2', { host: 'db2' }, 2);
    await trial.take('e3', { host: 'db1' }, 2);
    expect((await trial.routed()).map(({ chosen }) => chosen.length)).toEqual([1, 1, 0]);
  });

  it('ends a window with the minutes that it was opened for', async () => {
    const trial = await Trial.begin();
    await trial.subscribe(subscription({ suppression: { minutes: 10_080, key: null } }));
    await trial.follow();
    await trial.take('e1', valid, 1);
    await trial.update(subscription({ suppression: { minutes: 5, key: null } }));
    await trial.follow();
    for (const [id, minute] of [['e2', 2], ['e3', 6], ['e4', 7]] as const) await trial.take(id, valid, minute); // prettier-ignore
    expect((await trial.routed()).map(({ chosen }) => chosen.length)).toEqual([1, 1, 0, 1]);
  });

  it('warns about a key for which something is missing, and takes no correlation key from it', async () => {
    const trial = await Trial.begin();
    const key = '{{notification.source}}/{{host}}';
    await trial.subscribe(subscription({ suppression: { minutes: 60, key }, correlationKey: 'host-{{host}}' }));
    await trial.follow();
    await trial.take('e1', { site: 'x' }, 1, 'other');
    const [routed] = await trial.routed();
    expect(routed?.warnings.map(({ code, message }) => [code, message])).toEqual([
      ['key_incomplete', 'has no host, which the correlation key of sub_1 asks for'],
      ['key_incomplete', 'has no host, which the suppression key of sub_1 asks for'],
    ]);
    expect((await trial.eventLog.readAll({ after: 0, limit: 10 })).at(-1)?.sealed).not.toContain('host-');
  });

  it('keeps the keys that were made from a payload in the sealed part only', async () => {
    const trial = await Trial.begin();
    await trial.subscribe(subscription({ correlationKey: 'host-{{host}}' }));
    await trial.follow();
    await trial.take('e1', { host: 'database-one' });
    const [, event] = await trial.eventLog.readAll({ after: 0, limit: 10 });
    expect(JSON.stringify(event?.data)).not.toContain('database-one');
    expect(event?.sealed).toBe(
      '{"keys":{"correlation":{"sub_1":"host-database-one"},"suppression":{}},"payload":{"host":"database-one"}}',
    );
  });

  it('writes nothing once another copy has the lease', async () => {
    const trial = await Trial.begin();
    await trial.eventLog.leases.release(trial.lease);
    await trial.eventLog.leases.acquire('intake:default', 'two', 60_000);
    await expect(trial.take('e1', valid)).rejects.toThrow(AppendRejected);
    expect(await trial.routed()).toEqual([]);
  });
});
