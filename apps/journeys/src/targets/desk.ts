import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import { notificationSubject } from '@waybill/contracts/subjects';
import type { ReceivedItem } from '@waybill/receivers/client';
import type { Stage } from '../stage.js';
import { pause } from '../story.js';

export type Dict = Readonly<Record<string, unknown>>;

/** What a story gives to create a connector; the desk names it. */
export interface Given {
  readonly target: string;
  readonly config?: Dict;
  readonly secrets?: Dict;
  readonly templates?: Readonly<Record<string, { readonly format: string; readonly body: string }>>;
  readonly limits?: Dict;
}

/** Retries follow at once, so that a story waits for the target and not for the plan. */
export const quickRetries = { retryDelaysSeconds: [0, 0.2, 0.5, 1, 1, 2, 2, 5] };

const ended = ['delivered', 'dead-lettered', 'cancelled', 'suppressed'];
/** Of deliveries that will still call their target. */
const underWay = ['pending', 'attempting', 'retrying'];
const source = 'journeys-targets';
const ackWaitMs = 10_000;
/** Many lanes are watched at once. */
const lookEveryMs = 250;

/** What the stories about targets do again and again: connect, publish over NATS, and read both records, the deliveries' and the receivers'. */
export class Desk {
  private numbers = 0;
  private readonly connectorIds = new Set<string>();
  /** Ids of a second run on the same stack must be new. */
  private readonly run = Date.now().toString(36);

  private constructor(
    readonly stage: Stage,
    private readonly nc: NatsConnection,
    private readonly client: JetStreamClient,
  ) {}

  /** Connects to NATS as the publisher of the tenant that `dev.json` names. */
  static async open(stage: Stage): Promise<Desk> {
    const url = new URL(stage.dev.natsUrl);
    const nc = await connect({
      servers: url.host,
      user: decodeURIComponent(url.username),
      pass: decodeURIComponent(url.password),
      noAsyncTraces: true,
    });
    return new Desk(stage, nc, jetstream(nc, { timeout: ackWaitMs }));
  }

  get receiversUrl(): string {
    return this.stage.dev.receiversUrl;
  }

  /** A word that nothing else on this stack has. */
  word(stem: string): string {
    this.numbers += 1;
    return `${stem}-${this.run}-${this.numbers}`;
  }

  async connector(given: Given): Promise<string> {
    const body = { name: this.word(given.target), limits: quickRetries, ...given };
    const { id } = await this.stage.api.post<{ id: string }>('/v1/connectors', body);
    this.connectorIds.add(id);
    return id;
  }

  /** A connector and a subscription that sends it the notifications with the id that is answered, and no others. */
  async lane(given: Given, type: string, more: Dict = {}): Promise<Lane> {
    const connectorId = await this.connector(given);
    const id = this.word(type);
    const filter = { '=': [{ source: 'notification.source' }, id] };
    const subscription = { name: id, connectorIds: [connectorId], types: [type], filter, ...more };
    const { id: subscriptionId } = await this.stage.api.post<{ id: string }>('/v1/subscriptions', subscription);
    return { connectorId, subscriptionId, type, source: id };
  }

  /** Resolves when the broker has stored it. A text goes out as it stands. */
  async publish(type: string, payload: unknown, from: string = source): Promise<void> {
    const given = headers();
    given.set('Waybill-Id', this.word('n'));
    given.set('Waybill-Source', from);
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    await this.client.publish(notificationSubject(this.stage.dev.tenant, type), text, { headers: given });
  }

  async send(lane: Lane, payload: unknown): Promise<void> {
    await this.publish(lane.type, payload, lane.source);
  }

  async sample(type: string): Promise<Dict> {
    return (await this.stage.api.get<{ sample: Dict }>(`/v1/notification-types/${type}`)).sample;
  }

  /** The deliveries of a connector with all their attempts, oldest first. */
  async deliveries(connectorId: string): Promise<Delivery[]> {
    const rows = await this.stage.api.all<Delivery>(`/v1/deliveries?connectorId=${connectorId}`);
    const whole = await Promise.all(rows.map(({ id }) => this.stage.api.get<Delivery>(`/v1/deliveries/${id}`)));
    return whole.sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** Waits until the connector has `count` deliveries that fit (default: ended); rejects with what they look like otherwise. */
  async until(connectorId: string, count = 1, fits = isEnded, timeoutMs = 30_000): Promise<Delivery[]> {
    for (const until = Date.now() + timeoutMs; ; await pause(lookEveryMs)) {
      const found = await this.deliveries(connectorId);
      if (found.length >= count && found.every(fits)) return found;
      if (Date.now() > until)
        throw new Error(
          `${count} deliveries wanted within ${timeoutMs / 1_000} s; there are: ${found.map(toldOf).join(' | ') || 'none'}`,
        );
    }
  }

  /** As `until` for one delivery. */
  async one(lane: Lane, fits = isEnded, timeoutMs = 30_000): Promise<Delivery> {
    const [delivery] = await this.until(lane.connectorId, 1, fits, timeoutMs);
    if (delivery === undefined) throw new Error('no delivery');
    return delivery;
  }

  /** What receivers of a target got and recognise as meant, oldest first. */
  async received(target: string, isMine: (item: ReceivedItem) => boolean = () => true): Promise<ReceivedItem[]> {
    return (await this.stage.receivers.received({ target, limit: 20_000 })).filter(isMine);
  }

  /**
   * Leaves nothing behind that would still call a target: a delivery that looks again after half a minute would be counted by whoever
   * has the receivers by then.
   */
  async close(): Promise<void> {
    try {
      await this.cancelRest();
    } finally {
      await this.nc.close();
    }
  }

  private async cancelRest(): Promise<void> {
    const { api } = this.stage;
    const rests = await Promise.all(underWay.map((status) => api.all<Delivery>(`/v1/deliveries?status=${status}`)));
    const open = new Set(rests.flat().map(({ connectorId }) => connectorId));
    const own = [...open].filter((id) => this.connectorIds.has(id));
    await Promise.all(own.map((id) => api.post(`/v1/connectors/${id}/disable`, { reason: 'the story is over' })));
  }
}

export interface Lane {
  readonly connectorId: string;
  readonly subscriptionId: string;
  readonly type: string;
  readonly source: string;
}

export function isEnded({ status }: Delivery): boolean {
  return ended.includes(status);
}

/** `refused:rate_limited accepted`: what each attempt came to. */
export function attemptsOf({ attempts = [] }: Delivery): string {
  return attempts
    .map(({ outcome, reason }) => (outcome === 'accepted' ? 'accepted' : `${outcome ?? 'running'}:${reason ?? ''}`))
    .join(' ');
}

export function toldOf(delivery: Delivery): string {
  return `${delivery.status}${delivery.reason === null ? '' : ` (${delivery.reason})`} after ${attemptsOf(delivery) || 'no attempt'}`;
}

/** Runs the work with at most `atOnce` under way; rejects with the first failure when all have ended. */
export async function inParallel<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.map((item, at) => ({ item, at }));
  const failures: unknown[] = [];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        try {
          results[next.at] = await work(next.item);
        } catch (error) {
          failures.push(error);
        }
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  return results;
}
