import { type Account, balanced, drawUp, openSink, type Sink } from '../account.js';
import { headOf } from '../log-events.js';
import { nothingPublished, type Published, Publisher, type Way } from '../publisher.js';
import type { Stage } from '../stage.js';
import { hold, type Promised, type Story } from '../story.js';
import { attemptsInTime, keptInOrder, noSecretInLogs, provenLogs, rebuiltEqual } from './invariants.js';
import { disturb, drawSchedule, type Fault, randomOf } from './schedule.js';

/** F-37 of the reference: faults of all kinds at once, by a schedule that a seed makes again. */
export const faults: Story = {
  name: 'faults',
  about: 'services, PostgreSQL and the broker are killed, frozen and restarted at random while notifications flow',
  tell: (stage) => {
    const run = new Run(stage);
    return [
      { says: 'through a random schedule of faults nothing is lost, invented or doubled without an unknown outcome', holds: () => run.go() },
      { says: 'no attempt began before its time, and none after the end of its delivery', holds: () => attemptsInTime(stage, run.from.delivery) },
      { says: 'what has the same correlation key arrived in the order of the log', holds: () => keptInOrder(stage, run.ordered, run.from.subscriptions) },
      { says: 'every log still proves itself against what the notary signed', holds: () => provenLogs(stage) },
      { says: 'every read model is what its log makes of it', holds: () => rebuiltEqual(stage) },
      { says: 'no log of a service holds a secret', holds: () => Promise.resolve(noSecretInLogs(stage, run.secret)) },
      run.recovers(),
    ]; // prettier-ignore
  },
};

/** To each of the three. The receivers keep the last 20,000 calls, and the long form lasts ten minutes. */
const perSecond = { short: 50, long: 10 };
const settleWaitMs = 180_000;
/** Registry, PostgreSQL and the broker may be frozen one after the other, each for a while. */
const patienceMs = 240_000;
/** Also through the gateway, which is killed too: a publisher without an answer sends the same id again. */
const ways: readonly Way[] = ['jetstream', 'request', 'http'];
const wayOf = (n: number): Way => ways[n % ways.length] ?? 'jetstream';

/** The short form has a schedule of its own, always the same, so that CI tells of changes and not of luck; the long one a new one each time. */
const shortSeed = 37;

class Run {
  ordered!: Sink;
  /** Where the logs stood before: what other stories wrote is not looked at. */
  from = { subscriptions: 0, delivery: 0 };
  readonly secret = `canary-${Math.random().toString(36).slice(2)}`;

  constructor(private readonly stage: Stage) {}

  /** `WAYBILL_JOURNEY_SEED` makes a schedule again, `WAYBILL_JOURNEY_SECONDS` makes it longer or shorter. */
  async go(): Promise<string> {
    const { stage } = this;
    const [subscriptions, delivery] = await Promise.all([
      headOf(stage, 'subscriptions-0'),
      headOf(stage, 'delivery-0'),
    ]);
    this.from = { subscriptions, delivery };
    const seed = Number(process.env['WAYBILL_JOURNEY_SEED'] ?? (stage.long ? Date.now() % 1_000_000 : shortSeed));
    const seconds = Number(process.env['WAYBILL_JOURNEY_SECONDS'] ?? (stage.long ? 600 : 10));
    const [plain, flaky] = await Promise.all([this.open('plain'), this.open('flaky', 0), this.openOrdered()]);
    await stage.receivers.script('webhook', flaky.name, troubles(seconds));
    const schedule = drawSchedule(randomOf(seed), seconds, stage.long);
    const sinks = [plain, flaky, this.ordered];
    const published = sinks.map(nothingPublished);
    const publisher = await Publisher.open(stage.dev, stage.api);
    try {
      const rate = perSecond[stage.long ? 'long' : 'short'];
      const count = seconds * rate;
      const publishing = sinks.map((sink, at) =>
        publisher.publish(
          { type: sink.type, way: wayOf, perSecond: rate, patienceMs, from: 0, to: count },
          published[at] ?? nothingPublished(),
        ),
      );
      // All faults are mended before it is said what went wrong: what comes behind stands on a system that runs.
      const ended = await Promise.allSettled([...publishing, disturb(stage, schedule)]);
      for (const one of ended) if (one.status === 'rejected') throw one.reason as Error;
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    } finally {
      await publisher.close();
    }
    const accounts: Account[] = [];
    for (const [at, sink] of sinks.entries())
      accounts.push(await drawUp(stage, sink, published[at] ?? nothingPublished(), settleWaitMs));
    const told = `seed ${seed}, ${schedule.length} faults in ${seconds} s (${countsOf(schedule)})`;
    try {
      const figures = accounts.map((account, at) => balanced(account, published[at] as Published));
      return `${told}; ${figures.join(' | ')}`;
    } catch (error) {
      throw new Error(`${told}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** As fast as before, without anybody's hand. */
  recovers(): Promised {
    const count = 300;
    return {
      says: 'afterwards it delivers at once, without a hand',
      holds: async () => {
        const sink = await this.open('afterwards');
        const published = nothingPublished();
        const publisher = await Publisher.open(this.stage.dev, this.stage.api);
        try {
          await publisher.publish({ type: sink.type, way: wayOf, perSecond: 100, from: 0, to: count }, published);
        } finally {
          await publisher.close();
        }
        const account = await drawUp(this.stage, sink, published, settleWaitMs);
        const figures = balanced(account, published);
        hold(account.doubled.length === 0 && published.repeats === 0, `something is still out of order: ${figures}`);
        return figures;
      },
    };
  }

  private async open(name: string, slow = 100_000): Promise<Sink> {
    return openSink(this.stage, `faults-${name}-${Date.now()}`, slow, 15);
  }

  /** The payload of the publisher has a number; five things take turns in being what it is about. */
  private async openOrdered(): Promise<void> {
    const sink = await this.open('ordered');
    const { api } = this.stage;
    const { version } = await api.get<{ version: number }>(`/v1/subscriptions/${sink.subscriptionId}`);
    const answer = await api.call('PATCH', `/v1/subscriptions/${sink.subscriptionId}`, { correlationKey: '{{key}}' }, { 'if-match': `"${version}"` }); // prettier-ignore
    hold(answer.status === 200, `PATCH of the subscription was answered ${answer.status}: ${answer.text}`);
    const connector = `/v1/connectors/${sink.connectorId}`;
    const etag = { 'if-match': `"${(await api.get<{ version: number }>(connector)).version}"` };
    const config = { auth: { kind: 'bearer' } };
    const patched = await api.call('PATCH', connector, { config, secrets: { token: this.secret } }, etag);
    hold(patched.status === 200, `PATCH of the connector was answered ${patched.status}: ${patched.text}`);
    this.ordered = sink;
  }
}

/**
 * One call in twenty breaks off after it was heard, three at a time: an unknown outcome each, and not enough of them in a row to open the circuit.
 * Without the delay of the other targets, because a script is played in its order.
 */
function troubles(seconds: number): { status?: number; times: number; fault?: 'reset' | 'reset-after-headers' }[] {
  return Array.from({ length: Math.ceil(seconds / 2) }).flatMap(() => [
    { status: 200, times: 60 },
    { fault: 'reset' as const, times: 3 },
    { status: 200, times: 40 },
    { fault: 'reset-after-headers' as const, times: 3 },
  ]);
}

function countsOf(schedule: readonly Fault[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of schedule) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
}
