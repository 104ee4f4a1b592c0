import { type Account, balanced, drawUp, openSink } from './account.js';
import { nothingPublished, type Published, Publisher, type Way } from './publisher.js';
import { services, type Stage } from './stage.js';
import { pause, type Promised, type Story } from './story.js';

/** Two copies of everything, and one of them dies again and again. */
export const twoCopies: Story = {
  name: 'two-copies',
  about: 'a second copy of every service runs; one copy is killed and started in a loop under load',
  tell: (stage) => {
    const seconds = stage.long ? 60 : 15;
    return [
      {
        says: 'a second copy of every service starts beside the first',
        holds: async () => {
          await Promise.all(services.map((service) => stage.start(service, 2)));
          return Object.keys(stage.dev.pids).join(', ');
        },
      },
      loop(stage, seconds),
      drains(stage, seconds / 3),
    ];
  },
};

const perSecond = 100;
const settleWaitMs = 120_000;
const downMs = 300;
/** Ways that do not need a gateway: its copies listen on ports of their own, with nothing before them that would choose. */
const wayOf = (n: number): Way => (n % 4 === 0 ? 'request' : 'jetstream');

function loop(stage: Stage, seconds: number): Promised {
  return {
    says: `for ${seconds} s one copy is killed (kill -9) and started, over and over: nothing is missing, nothing doubled without an unknown outcome`,
    holds: async () => {
      let kills = 0;
      const { account, published } = await underLoad(stage, 'two-copies', seconds, async (round) => {
        const [service, copy] = victim(round);
        await stage.kill(copy === 1 ? service : `${service}-2`);
        kills += 1;
        await pause(downMs);
        await stage.start(service, copy);
      });
      return `${kills} kills; ${balanced(account, published)}`;
    },
  };
}

function drains(stage: Stage, seconds: number): Promised {
  return {
    says: `for ${seconds} s one copy is stopped by SIGTERM and started, over and over: nothing is missing and nothing doubled at all`,
    holds: async () => {
      let stops = 0;
      const { account, published } = await underLoad(stage, 'rolling', seconds, async (round) => {
        const [service, copy] = victim(round);
        await stage.stop(service, copy);
        stops += 1;
        await stage.start(service, copy);
      });
      const figures = balanced(account, published);
      if (account.doubled.length > 0) throw new Error(`${account.doubled.length} arrived twice: ${figures}`);
      return `${stops} restarts; ${figures}`;
    },
  };
}

/** Each service in turn, its first copy in one round and its second in the next. */
function victim(round: number): [(typeof services)[number], number] {
  return [services[round % services.length] ?? 'delivery', 1 + (Math.floor(round / services.length) % 2)];
}

async function underLoad(
  stage: Stage,
  name: string,
  seconds: number,
  disturb: (round: number) => Promise<void>,
): Promise<{ account: Account; published: Published }> {
  const count = seconds * perSecond;
  const sink = await openSink(stage, `${name}-${Date.now()}`, count, 10);
  const publisher = await Publisher.open(stage.dev, stage.api);
  const published = nothingPublished();
  let over = false;
  const disturbing = async (): Promise<void> => {
    for (let round = 0; !over; round += 1) await disturb(round);
  };
  try {
    const publishing = publisher
      .publish({ type: sink.type, way: wayOf, perSecond, from: 0, to: count }, published)
      .finally(() => (over = true));
    await Promise.all([publishing, disturbing()]);
  } finally {
    await publisher.close();
  }
  return { account: await drawUp(stage, sink, published, settleWaitMs), published };
}
