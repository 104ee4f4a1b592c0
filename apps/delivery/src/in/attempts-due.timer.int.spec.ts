import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveryEvent } from '@waybill/delivery/delivery';
import { until } from '@waybill/testkit/until';
import type { DueAttempt, Wanted } from '../read/due-attempts.js';
import type { Job } from '../work/job.js';
import { AttemptsDueTimer, type DueParts } from './attempts-due.timer.js';

const attempt = (deliveryId: string, connectorId: string, cancel: string | null = null, position = 0): DueAttempt => ({
  deliveryId,
  connectorId,
  nowAt: at,
  remembered: null,
  cancel,
  position,
});

const at = '2026-12-01T00:00:00.000Z';
const accepted: DeliveryEvent = {
  type: 'DeliveryAccepted',
  data: {
    deliveryId: 'dlv_1',
    notificationId: 'ntf_1',
    notificationType: 'com.example.opened',
    subscriptionId: 'sub_1',
    connectorId: 'con_gone',
    routed: { log: 'subscriptions', epoch: 0, position: 1, at },
  },
};
const cancelled: DeliveryEvent = { type: 'DeliveryCancelled', data: { reason: 'by_hand', at } };
const askedForAgain: DeliveryEvent = {
  type: 'RedeliveryRequested',
  data: { mode: 'same-bytes', at, dueAt: at, jobId: null },
};

/** Looks are a quarter of a second apart where nothing is asked for. */
const lookWithinMs = 3_000;

/** A timer over a due table that is told what each look finds, and a log in which some streams are not read until they are let through. */
class Looks {
  readonly wanted: Wanted[] = [];
  readonly read: string[] = [];
  readonly released: string[] = [];
  readonly ended: string[] = [];
  readonly left: string[] = [];
  private readonly found: DueAttempt[][] = [];
  private readonly stuck = new Map<string, () => void>();
  private readonly timer: AttemptsDueTimer;

  /** The streams hold nothing but what is given here; the first event stands at position 1. */
  constructor(
    stuck: readonly string[],
    private readonly streams: Readonly<Record<string, readonly DeliveryEvent[]>> = {},
  ) {
    for (const id of stuck) this.stuck.set(id, () => undefined);
    const parts = {
      eventLog: { readStreams: (ids: string[]) => this.readStreams(ids) },
      due: {
        claim: async (wanted: Wanted) => {
          this.wanted.push(wanted);
          return { attempts: this.found.shift() ?? [], restMs: 0 };
        },
        release: async (ids: string[]) => void this.released.push(...ids),
      },
      engine: {
        steps: { run: <T>(_: string, step: () => Promise<T>) => step() },
        closings: { begun: 0 },
        healths: { learn: () => [], isWell: (id: string) => id === 'con_well' },
        nowMs: () => 0,
        holds: () => false,
        held: () => [],
        roomToFetch: () => 10,
        isHeld: false,
        end: async (job: Job, reason: string) => void this.ended.push(`${job.deliveryId}: ${reason}`),
      },
      leave: async (jobs: readonly Job[]) => void this.left.push(...jobs.map((job) => job.deliveryId)),
      connectors: { get: () => undefined },
      log: { warn: () => undefined },
      actor: 'test',
      parked: { take: () => null },
      health: async () => [],
      news: { mark: 0, wait: () => delay(5) },
      registryRead: async () => true,
    };
    this.timer = new AttemptsDueTimer(parts as unknown as DueParts);
  }

  /** Each look of the list finds what it says. */
  finding(...looks: DueAttempt[][]): void {
    this.found.push(...looks);
    this.timer.start();
  }

  /** Waits for a look that is made after all that was found was taken up, and answers what it wanted. */
  async later(): Promise<Wanted> {
    await until(() => this.found.length === 0, lookWithinMs);
    const before = this.wanted.length;
    this.timer.lookSoon();
    await until(() => this.wanted.length > before, lookWithinMs);
    return this.wanted.at(-1) as Wanted;
  }

  letThrough(): void {
    for (const go of this.stuck.values()) go();
    this.stuck.clear();
  }

  async stop(): Promise<void> {
    const stopped = this.timer.stop();
    this.letThrough();
    await stopped;
  }

  private async readStreams(ids: string[]): Promise<Map<string, readonly unknown[]>> {
    this.read.push(...ids.map((id) => id.replace(/^delivery-/, '')));
    for (const id of [...this.stuck.keys()].filter((one) => ids.some((stream) => stream.endsWith(one))))
      await new Promise<void>((go) => this.stuck.set(id, go));
    return new Map(ids.map((id) => [id, (this.streams[id.replace(/^delivery-/, '')] ?? []).map(recorded)]));
  }
}

const recorded = (event: DeliveryEvent, index: number): unknown => ({
  ...event,
  tenant: 'acme',
  position: index + 1,
  version: index + 1,
  meta: {},
});

describe('what is due', () => {
  let looks: Looks | null = null;
  afterEach(() => looks?.stop());

  it.each([
    ['is to be ended', attempt('dlv_1', 'con_gone', 'connector_disabled')],
    ['is due to a target that is not known to be well', attempt('dlv_1', 'con_new')],
  ])('is taken while something is under way that %s', async (_, first) => {
    looks = new Looks(['dlv_1']);
    looks.finding([first], [attempt('dlv_2', 'con_well')]);
    await looks.later();
    expect(looks.read.map((id) => id.slice(-5))).toEqual(['dlv_1', 'dlv_2']);
  });

  it('is not asked for again of the kind that is under way, until that is over', async () => {
    looks = new Looks(['dlv_1', 'dlv_2']);
    looks.finding([attempt('dlv_1', 'con_gone', 'connector_disabled'), attempt('dlv_2', 'con_new')]);
    const meanwhile = await looks.later();
    expect([meanwhile.withEnds, meanwhile.room('con_new'), meanwhile.room('con_well')]).toEqual([false, 0, 10]);
    looks.letThrough();
    await delay(200);
    const afterwards = await looks.later();
    expect([afterwards.withEnds, afterwards.room('con_new')]).toEqual([true, 10]);
  });

  it('is left to other copies by one that stops, where it was not begun', async () => {
    looks = new Looks(['dlv_01']);
    const ids = Array.from({ length: 30 }, (_, at) => `dlv_${String(at + 1).padStart(2, '0')}`);
    looks.finding(ids.map((id) => attempt(id, 'con_gone', 'connector_disabled')));
    await looks.later();
    await looks.stop();
    expect(looks.read).toHaveLength(24);
    expect(looks.released).toEqual(ids.slice(24));
  });

  it('is ended for the reason of the claim', async () => {
    looks = new Looks([], { dlv_1: [accepted] });
    looks.finding([attempt('dlv_1', 'con_gone', 'connector_disabled', 1)]);
    await looks.later();
    await looks.stop();
    expect([looks.ended, looks.left]).toEqual([['dlv_1: connector_disabled'], []]);
  });

  it('is not ended for the reason of a claim that is older than the request to send it again', async () => {
    looks = new Looks([], { dlv_1: [accepted, cancelled, askedForAgain] });
    looks.finding([attempt('dlv_1', 'con_gone', 'connector_disabled', 1)]);
    await looks.later();
    await looks.stop();
    expect([looks.ended, looks.left]).toEqual([[], ['dlv_1']]);
  });

  it('is ended for the reason of a claim that is about the request to send it again', async () => {
    looks = new Looks([], { dlv_1: [accepted, cancelled, askedForAgain] });
    looks.finding([attempt('dlv_1', 'con_gone', 'connector_deleted', 3)]);
    await looks.later();
    await looks.stop();
    expect([looks.ended, looks.left]).toEqual([['dlv_1: connector_deleted'], []]);
  });
});
