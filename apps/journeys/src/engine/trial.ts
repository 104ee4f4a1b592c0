import type { Attempt, Delivery } from '@waybill/contracts/http/deliveries';
import type { Connector } from '@waybill/contracts/http/connectors';
import { Api } from '../api.js';
import type { Stage } from '../stage.js';
import { eventually } from '../story.js';

export interface TrialOptions {
  readonly limits?: Readonly<Record<string, unknown>>;
  /** Where the connector sends; default: the webhook receiver under the trial's name. */
  readonly url?: string;
  /** Another door of the receivers: the same path behind it. */
  readonly base?: string;
  readonly auth?: object;
  readonly caPem?: string;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Of the type's own; default: `{"n":…}`. */
  readonly template?: string;
  /** Of another tenant; default: the stage's own. */
  readonly api?: Api;
  /** More members of the subscription. */
  readonly subscription?: Readonly<Record<string, unknown>>;
}

/** A delivery as the API shows it when asked for by id. */
export interface Shown extends Delivery {
  readonly attempts: Attempt[];
}

let trials = 0;

/** One connector at the webhook receiver and one subscription, for a type of their own. */
export class Trial {
  private constructor(
    private readonly stage: Stage,
    private readonly api: Api,
    /** The notification type, and the name at the receiver. */
    readonly name: string,
    readonly connectorId: string,
    readonly subscriptionId: string,
  ) {}

  static async open(stage: Stage, word: string, options: TrialOptions = {}): Promise<Trial> {
    const { api = stage.api, auth, caPem, secrets, base = stage.dev.receiversUrl } = options;
    const name = `${word}-${Date.now()}-${(trials += 1)}`;
    const connector = await api.post<{ id: string }>('/v1/connectors', {
      name,
      target: 'webhook',
      config: {
        url: options.url ?? `${base}/webhook/${name}`,
        method: 'POST',
        ...(auth === undefined ? {} : { auth }),
        ...(caPem === undefined ? {} : { caPem }),
      },
      ...(secrets === undefined ? {} : { secrets }),
      templates: { [name]: { format: 'json', body: options.template ?? '{"n":{{n}}}' } },
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });
    const subscription = await api.post<{ id: string }>('/v1/subscriptions', {
      name,
      connectorIds: [connector.id],
      types: [name],
      ...options.subscription,
    });
    return new Trial(stage, api, name, connector.id, subscription.id);
  }

  /** Answers the notification's id. */
  async publish(n: number): Promise<string> {
    const receipt = await this.api.post<{ notificationId: string }>('/v1/notifications', {
      type: this.name,
      payload: { n },
    });
    return receipt.notificationId;
  }

  /** The one delivery of a notification, once it is what is waited for. */
  delivery(
    notificationId: string,
    what: string,
    wanted: (delivery: Shown) => boolean,
    timeoutMs = 15_000,
  ): Promise<Shown> {
    return eventually(`${this.name}: the delivery is ${what}`, timeoutMs, async () => {
      const { items } = await this.api.get<{ items: Delivery[] }>(`/v1/deliveries?notificationId=${notificationId}`);
      const [first] = items;
      if (first === undefined) return null;
      const shown = await this.api.get<Shown>(`/v1/deliveries/${first.id}`);
      return wanted(shown) ? shown : null;
    });
  }

  until(notificationId: string, status: Delivery['status'], timeoutMs?: number): Promise<Shown> {
    return this.delivery(notificationId, status, (delivery) => delivery.status === status, timeoutMs);
  }

  /** How the receiver answers from now on, before it is its usual self again. */
  script(answers: Parameters<Stage['receivers']['script']>[2]): Promise<void> {
    return this.stage.receivers.script('webhook', this.name, answers);
  }

  /** Changes the connector as it is now; resolves when delivery has it. */
  async patch(body: object): Promise<void> {
    const { version } = await this.connector();
    const path = `/v1/connectors/${this.connectorId}`;
    const answer = await this.api.call('PATCH', path, body, { 'if-match': `"${version}"` });
    if (answer.status !== 200) throw new Error(`PATCH ${path} answered ${answer.status}: ${answer.text}`);
    if (answer.json['propagated'] === false) throw new Error('delivery did not read the change in time');
  }

  /** Numbers `from` (included) to `to` (not), so many at once; answers the notifications' ids. */
  async publishAll(from: number, to: number, atOnce = 16): Promise<string[]> {
    const ids: string[] = [];
    let next = from;
    const one = async (): Promise<void> => {
      for (let n = next; n < to; n = next) {
        next += 1;
        ids[n - from] = await this.publish(n);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, one));
    return ids;
  }

  /** Publishes one number and answers the milliseconds until the receiver has it. */
  async latencyMs(n: number, timeoutMs = 20_000): Promise<number> {
    const begun = Date.now();
    await this.publish(n);
    return eventually(`${this.name}: number ${n} is at the receiver`, timeoutMs, async () => {
      const item = (await this.received()).find(({ body }) => body === `{"n":${n}}`);
      return item === undefined ? null : Date.parse(item.at) - begun;
    });
  }

  /** Waits until every delivery of the connector has one of these ends. */
  async settled(count: number, status: Delivery['status'], timeoutMs: number): Promise<Delivery[]> {
    return eventually(`${this.name}: ${count} are ${status}`, timeoutMs, async () => {
      const all = await this.api.all<Delivery>(`/v1/deliveries?connectorId=${this.connectorId}&status=${status}`);
      return all.length >= count ? all : null;
    });
  }

  connector(): Promise<Connector> {
    return this.api.get<Connector>(`/v1/connectors/${this.connectorId}`);
  }

  /** What has come, oldest first. */
  received() {
    return this.stage.receivers.received({ target: 'webhook', name: this.name });
  }
}

/** The middle one; of an even number the upper. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Milliseconds from the end of one attempt to the start of the next. */
export function gapMs(delivery: Shown, number: number): number {
  const [before, after] = [delivery.attempts[number - 1], delivery.attempts[number]];
  return Date.parse(after?.startedAt ?? '') - Date.parse(before?.finishedAt ?? '');
}

/** The API as a new tenant's first key sees it. */
export async function tenantOf(stage: Stage, id: string): Promise<Api> {
  const made = await stage.api.post<{ apiKey: { key: string } }>('/v1/tenants', { id, name: id });
  return new Api(stage.dev.httpUrl, made.apiKey.key);
}
