import { randomBytes } from 'node:crypto';
import { memoryHolding } from '@waybill/testkit/process-memory';
import { windowsHolding } from '../audit/broker-windows.js';
import { filesHolding, tablesHolding } from '../audit/on-disk.js';
import type { Stage } from '../stage.js';
import { eventually, hold, type Promised, same } from '../story.js';
import { assertEverySlot, formsOf, type Given, givenTo, privateLinesOf } from './canary-slots.js';

/** SEC-01: a secret of every slot of every target, with a mark in it, is looked for wherever a thief or a curious reader could look. */
export function canaries(stage: Stage): Promised {
  return {
    says: '9 SEC-01 a secret of every slot is on no disk, in no dump, broker, log, export, metric or answer, nor in the memory of the gateway, in whatever form it is written',
    holds: () => hunt(stage),
  };
}

/** As the reference has it, where there is time for it. */
const secretsMin = (stage: Stage): number => (stage.long ? 50 : 1);

/** A subscription takes no more connectors. */
const subscribedMax = 50;

/** Connectors and what was said of them. */
interface Flown {
  readonly ids: readonly string[];
  readonly deliveryIds: readonly string[];
  readonly notificationId: string;
}

async function hunt(stage: Stage): Promise<string> {
  const { api } = stage;
  const beganAt = new Date().toISOString();
  const stem = `cAnArY${randomBytes(6).toString('hex')}`;
  const type = `canary-${Date.now()}`;
  const marks: string[] = [];
  const mark = (): string => {
    // 32 letters and digits: a routing key, and Base64 of 24 bytes.
    const made = `${stem}${randomBytes(7).toString('hex')}`.slice(0, 32);
    marks.push(made);
    return made;
  };
  const given: Given[] = [];
  do given.push(...(await givenTo(stage, mark)));
  while (marks.length < secretsMin(stage));
  await assertEverySlot(stage, given);
  const secrets = [stem, ...privateLinesOf(given)];
  const ids = await create(stage, type, given);
  const inMemory = gatewayMemory(stage, secrets);
  const flown = await fly(stage, type, ids);
  const forms = secrets.flatMap(formsOf);
  const shown: (readonly [what: string, read: () => Promise<string>])[] = [
    ...pathsOf(flown).map((path) => [path, async () => (await api.call('GET', path)).text] as const),
    ...exportsSince(beganAt).map((path) => [path, () => exported(stage, path)] as const),
    // Copies that another story stopped still stand there.
    ...Object.entries(stage.dev.opsUrls)
      .filter(([name]) => stage.isRunning(name))
      .map(([service, url]) => [`metrics of ${service}`, () => metricsAt(url)] as const),
  ];
  for (const [what, read] of shown) {
    const text = await read();
    for (const form of forms) hold(!text.includes(form), `${what} shows a secret as ${form}`);
  }
  // Otherwise finding nothing would say nothing.
  hold(filesHolding(stage.dataDir, type).length > 0, 'the files do not even hold the name of the connectors');
  const known = ['what nobody has written', type];
  hold((await windowsHolding(stage.adminNatsUrl, ...known)).length > 0, 'the broker does not even hold the type');
  hold((await tablesHolding(stage.dev.databaseUrl, ...known)).length > 0, 'no table even holds the type');
  const named = `one of ${forms.join(', ')}`;
  same(filesHolding(stage.dataDir, ...forms), [], `files that hold ${named}`);
  same(await windowsHolding(stage.adminNatsUrl, ...forms), [], `messages of the broker that hold ${named}`);
  same(await tablesHolding(stage.dev.databaseUrl, ...forms), [], `tables whose dump holds ${named}`);
  const seen = await stage.receivers.received({ target: 'webhook', name: 'canary' });
  const arrived = { header: seen.map(({ headers }) => JSON.stringify(headers)), URL: seen.map(({ path }) => path) };
  for (const [where, texts] of Object.entries(arrived))
    hold(
      texts.some((text) => text.includes(stem)),
      `no canary arrived in a ${where}: finding none would say nothing`,
    );
  const targets = new Set(given.map(({ target }) => target)).size;
  return `${secrets.length + marks.length - 1} secrets of ${given.length} connectors of ${targets} targets, each used and tested; ${forms.length} forms in ${shown.length} answers, every file, table and broker window: 0; ${await inMemory()}`;
}

async function create({ api }: Stage, name: string, given: readonly Given[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [at, one] of given.entries()) {
    const answer = await api.call('POST', '/v1/connectors', { name: `${name} ${at}`, ...one });
    same(answer.status, 201, `${one.target}: ${answer.text}`);
    ids.push((answer.json as { id: string }).id);
  }
  return ids;
}

/** Lets each connector deliver and be tested. */
async function fly({ api }: Stage, type: string, ids: readonly string[]): Promise<Flown> {
  for (let at = 0; at < ids.length; at += subscribedMax)
    await api.post('/v1/subscriptions', { name: type, connectorIds: ids.slice(at, at + subscribedMax), types: [type] });
  const { notificationId } = await api.post<{ notificationId: string }>('/v1/notifications', {
    type,
    payload: { n: 1 },
  });
  const deliveries = await eventually('every canary has flown', 30_000, async () => {
    const items = await api.all<{ id: string; status: string }>(`/v1/deliveries?notificationId=${notificationId}`);
    return items.length === ids.length && items.every(({ status }) => !['pending', 'attempting'].includes(status))
      ? items
      : null;
  });
  for (const id of ids) await api.call('POST', `/v1/connectors/${id}/test`, { type, payload: { n: 2 } });
  return { ids, deliveryIds: deliveries.map(({ id }) => id), notificationId };
}

const pathsOf = ({ ids, deliveryIds, notificationId }: Flown): string[] => [
  '/v1/connectors?limit=200',
  '/v1/deliveries?limit=200',
  `/v1/notifications/${notificationId}`,
  `/v1/why/${notificationId}`,
  ...ids.flatMap((id) => [`/v1/connectors/${id}`, `/v1/connectors/${id}/history`, `/v1/why/${id}`]),
  ...deliveryIds.flatMap((id) => [`/v1/deliveries/${id}`, `/v1/why/${id}`]),
  '/',
  ...ids.slice(0, 1).map((id) => `/connectors/${id}`),
];

const exportsSince = (beganAt: string): string[] =>
  ['registry', 'subscriptions', 'delivery'].map((log) => `/v1/log/${log}-0/export?since=${beganAt}`);

const metricsAt = async (opsUrl: string): Promise<string> => (await fetch(`${opsUrl}/metrics`)).text();

/** An export ends at the newest signed checkpoint, which comes when the notary comes to it. */
function exported({ api }: Stage, path: string): Promise<string> {
  return eventually(`${path} is answered`, 20_000, async () => {
    const { status, text } = await api.call('GET', path);
    return status === 200 ? text : null;
  });
}

/**
 * Looks at once, and answers how to look again when the gateway has been at rest: what it holds only while it works must be gone then, as in a
 * dump of an idle gateway.
 */
function gatewayMemory(stage: Stage, secrets: readonly string[]): () => Promise<string> {
  const look = (): string[] => memoryHolding(stage.dev.pids['gateway'] ?? 0, secrets);
  try {
    hold(look().length > 0, 'the gateway does not even hold what it has just been given');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return () => Promise.resolve(`the memory of another process cannot be looked at here (${code})`);
  }
  return async () => {
    let left: string[] = [];
    await eventually('the gateway has forgotten', 30_000, () => {
      left = look();
      return Promise.resolve(left.length === 0 ? true : null);
    }).catch((error: unknown) => {
      throw new Error(`the memory of the idle gateway holds ${left.join(', ')}`, { cause: error });
    });
    return 'the memory of the idle gateway: 0';
  };
}
