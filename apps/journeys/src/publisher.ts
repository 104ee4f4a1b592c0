import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { notificationSubject, publishSubject } from '@waybill/contracts/subjects';
import type { Api } from './api.js';
import { pause } from './story.js';

/** How one numbered notification leaves: a JetStream publish with its PubAck, a request with a receipt, or HTTP. */
export type Way = 'jetstream' | 'request' | 'http';

/** What a publisher holds in its hand afterwards. */
export interface Published {
  /** Numbers that somebody took over: a PubAck, a receipt, a 202. */
  readonly taken: Set<number>;
  /** How often a number was sent again with the same id, because no answer came. */
  repeats: number;
  /** Of the receipts: those that said `duplicate`. */
  duplicates: number;
}

export interface Batch {
  readonly type: string;
  readonly from: number;
  readonly to: number;
  readonly way: Way | ((n: number) => Way);
  readonly perSecond: number;
  /** How long one number is sent again until somebody takes it; `takenWithinMs` when absent. */
  readonly patienceMs?: number;
  /** Ends the batch early. */
  readonly signal?: AbortSignal;
}

/** One number gets this long to be taken, over all its repeats. */
const takenWithinMs = 90_000;
const answerWaitMs = 5_000;
const repeatPauseMs = 200;
const outstandingMax = 256;

/** Publishes numbered notifications and keeps its own list of what was taken over: the first of the three records that are compared. */
export class Publisher {
  private constructor(
    private readonly nc: NatsConnection,
    private readonly client: JetStreamClient,
    private readonly tenant: string,
    private readonly api: Api,
  ) {}

  static async open(dev: { natsUrl: string; tenant: string }, api: Api): Promise<Publisher> {
    const url = new URL(dev.natsUrl);
    const nc = await connect({
      servers: url.host,
      user: decodeURIComponent(url.username),
      pass: decodeURIComponent(url.password),
      maxReconnectAttempts: -1,
      reconnectTimeWait: 200,
      noAsyncTraces: true,
    });
    return new Publisher(nc, jetstream(nc, { timeout: answerWaitMs }), dev.tenant, api);
  }

  /** Numbers `from` (included) to `to` (not), evenly at `perSecond`. Rejects where one was not taken in time. */
  async publish(batch: Batch, into: Published): Promise<void> {
    const pending = new Set<Promise<void>>();
    const begun = performance.now();
    let failure: unknown = null;
    for (let n = batch.from; n < batch.to && failure === null && batch.signal?.aborted !== true; n += 1) {
      const due = begun + ((n - batch.from) / batch.perSecond) * 1_000;
      const early = due - performance.now();
      if (early > 1) await pause(early);
      while (pending.size >= outstandingMax) await Promise.race(pending);
      const one: Promise<void> = this.one(batch, n, into)
        .catch((error: unknown) => void (failure ??= error))
        .finally(() => pending.delete(one));
      pending.add(one);
    }
    await Promise.all(pending);
    if (failure !== null) throw failure as Error;
  }

  close(): Promise<void> {
    return this.nc.close();
  }

  /** As the contract tells a publisher: without an answer, send the same id again. */
  private async one({ type, way, patienceMs = takenWithinMs }: Batch, n: number, into: Published): Promise<void> {
    const chosen = typeof way === 'string' ? way : way(n);
    for (const until = Date.now() + patienceMs; ;) {
      try {
        if (await this.send(chosen, type, n)) into.duplicates += 1;
        into.taken.add(n);
        return;
      } catch (error) {
        if (Date.now() > until) throw new Error(`number ${n} was not taken over: ${String(error)}`);
        into.repeats += 1;
        await pause(repeatPauseMs);
      }
    }
  }

  /** Answers whether the receipt said `duplicate`; rejects where nobody took it over. */
  private async send(way: Way, type: string, n: number): Promise<boolean> {
    const id = idOf(type, n);
    if (way === 'jetstream') {
      const given = headers();
      given.set('Waybill-Id', id);
      given.set('Waybill-Source', source);
      await this.client.publish(notificationSubject(this.tenant, type), payloadOf(n), { headers: given });
      return false;
    }
    const request = `{"type":"${type}","id":"${id}","source":"${source}","payload":${payloadOf(n)}}`;
    if (way === 'http') {
      const { status, json, text } = await this.api.call('POST', '/v1/notifications', request);
      if (status !== 202) throw new Error(`${status} ${text.slice(0, 300)}`);
      return json['duplicate'] === true;
    }
    const message = await this.nc.request(publishSubject(this.tenant), request, { timeout: answerWaitMs });
    const reply = JSON.parse(message.string()) as { ok?: { duplicate: boolean }; problem?: unknown };
    if (reply.ok === undefined) throw new Error(JSON.stringify(reply.problem));
    return reply.ok.duplicate;
  }
}

const source = 'journeys';
const idOf = (type: string, n: number): string => `${type}-${n}`;

/** So many things take turns in being what the notifications are about. */
export const keysMax = 5;

/** About 1 KB, as the notifications of the bench. */
const payloadOf = (n: number): string => `{"n":${n},"key":"k${n % keysMax}","text":"${'waybill '.repeat(120)}"}`;

export const nothingPublished = (): Published => ({ taken: new Set(), repeats: 0, duplicates: 0 });
