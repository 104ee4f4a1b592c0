import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { balanced, drawUp, openSink } from '../account.js';
import { StoredLog } from '../audit/stored-log.js';
import { nothingPublished, Publisher } from '../publisher.js';
import type { Service, Stage } from '../stage.js';
import { hold, pause, type Promised, same } from '../story.js';
import { canaries } from './canaries.js';
import { Trial } from './trial.js';

/** Point 9: secrets are sealed, shown to nobody, and their keys can be changed while everything runs. */
export function secrets(stage: Stage): readonly Promised[] {
  return [
    canaries(stage),
    {
      says: '9 SEC-04 the key-encryption keys are changed under load: nothing fails, and the old ones can be taken away',
      holds: () => rotation(stage),
    },
    {
      says: '9 SEC-06 a target that echoes our secrets, in pieces and in every spelling, gets none of them on record or shown',
      holds: () => echoes(stage),
    },
    {
      says: '9 SEC-07 a secret is never read back; a mask sent back as a value changes nothing that was set before',
      holds: () => writeOnly(stage),
    },
    {
      says: '9 SEC-02 SEC-03 a sealed value that was changed, or put in another connector’s place, opens nothing and is told the operator',
      holds: () => tampered(stage),
    },
    { says: '9 SEC-11 no service starts without a good key, and each names what is wrong', holds: () => noKey(stage) },
  ];
}

const rotationSeconds = (stage: Stage): number => (stage.long ? 45 : 20);

/** What an operator does (docs/keys.md): delivery learns the new key before registry seals with it. */
async function rotation(stage: Stage): Promise<string> {
  const perSecond = stage.long ? 200 : 50;
  const count = rotationSeconds(stage) * perSecond;
  const sink = await openSink(stage, `rotation-${Date.now()}`, count);
  const before = await Trial.open(stage, 'sealed-before', { auth: { kind: 'bearer' }, secrets: { token: 'token-from-before' } }); // prettier-ignore
  const publisher = await Publisher.open(stage.dev, stage.api);
  const published = nothingPublished();
  const files = ['connector-secrets', 'registry-log', 'subscriptions-log', 'delivery-log'].map((name) => keyFile(stage, name)); // prettier-ignore
  const order: readonly Service[] = ['delivery', 'subscriptions', 'registry'];
  const told: string[] = [];
  try {
    const changed = new AbortController();
    const publishing = publisher.publish({ type: sink.type, way: () => 'jetstream', perSecond, from: 0, to: count, signal: changed.signal }, published); // prettier-ignore
    const changing = (async () => {
      for (const file of files) rewrite(file, withNextKey);
      for (const service of order) await restart(stage, service);
      for (const service of order) told.push(await rewrap(stage, service));
      for (const file of files) rewrite(file, (text) => text.split(',').at(-1) ?? '');
      for (const service of order) await restart(stage, service);
      await pause(500);
      if (!stage.long) changed.abort();
    })();
    await Promise.all([publishing, changing]);
  } finally {
    await publisher.close();
  }
  const account = await drawUp(stage, sink, published, 120_000);
  const figures = balanced(account, published);
  same(account.doubled.length, 0, 'deliveries that came twice');
  await stage.receivers.option('webhook', 'auth', { kind: 'bearer', token: 'token-from-before' }, before.name);
  await before.until(await before.publish(1), 'delivered');
  const { items } = await stage.api.get<{ items: { id: string }[] }>(`/v1/notifications?type=${sink.type}&limit=1`);
  const { payload } = await stage.api.get<{ payload: unknown }>(`/v1/notifications/${items[0]?.id}`);
  hold(payload !== null && payload !== undefined, 'a payload that was sealed under the old key is still read');
  for (const service of order) same(/"rewrapped":[1-9]/.test(await rewrap(stage, service)), false, `${service} has nothing left to wrap`); // prettier-ignore
  return `${told.join(' ')}; ${figures}`;
}

const keyFile = (stage: Stage, name: string): string => join(stage.dataDir, 'keys', `${name}.kek`);

function rewrite(file: string, change: (text: string) => string): void {
  writeFileSync(file, `${change(readFileSync(file, 'utf8').trim())}\n`, { mode: 0o600 });
}

/** The newest stands last. */
function withNextKey(text: string): string {
  const newest = Number(/v(\d+):[^,]*$/.exec(text)?.[1] ?? 0);
  return `${text},v${newest + 1}:${randomBytes(32).toString('base64')}`;
}

async function restart(stage: Stage, service: Service): Promise<void> {
  await stage.stop(service);
  await stage.start(service);
}

/** The command of the service, with the service's own environment, while it runs. */
async function rewrap(stage: Stage, service: Service): Promise<string> {
  const { code, output } = await run(stage, service, 'rewrap', {});
  same(code, 0, `rewrap of ${service}: ${output}`);
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { what: string; rewrapped: number; under: string })
    .map(({ what, rewrapped, under }) => `${service} ${what}: "rewrapped":${rewrapped} under ${under}`)
    .join(', ');
}

/** A program of a service with the environment that the stack wrote for it, and changes to it. */
function run(
  stage: Stage,
  service: Service,
  program: string,
  more: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  const env = join(stage.dataDir, 'env', `${service}.env`);
  const child = spawn(process.execPath, [`--env-file=${env}`, join('apps', service, 'dist', `${program}.js`)], {
    env: { PATH: process.env['PATH'], ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  return new Promise((resolve) =>
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    }),
  );
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Every way in which a target, a proxy or a framework prints a request that it did not like. */
function spellings(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  return [
    value,
    escaped(value),
    escaped(escaped(value)),
    encodeURIComponent(value),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    [...value].reverse().join(''),
  ];
}

async function echoes(stage: Stage): Promise<string> {
  const token = `t0k"en\\${randomBytes(12).toString('hex')}+/=`;
  const password = `pä"ss ${randomBytes(9).toString('base64')}`;
  const cases: [string, object, Record<string, string>, string[]][] = [
    ['bearer', { kind: 'bearer' }, { token }, [token, `Bearer ${token}`]],
    ['basic', { kind: 'basic', username: 'admin' }, { password }, [password, Buffer.from(`admin:${password}`).toString('base64')]], // prettier-ignore
    ['header', { kind: 'header', headerName: 'X-Key' }, { headerValue: `hv-${token.replaceAll('"', '')}` }, [`hv-${token.replaceAll('"', '')}`]], // prettier-ignore
  ];
  let shown = 0;
  for (const [kind, auth, values, said] of cases) {
    const trial = await Trial.open(stage, `echo-${kind}`, { auth, secrets: values });
    const forms = said.flatMap(spellings).slice(0, -1);
    const body = forms.map((form, at) => `${at}: ${form}\n`).join('');
    // The answer comes in chunks of a few bytes, so that a secret is cut in the middle of them.
    const chunks = Buffer.from(body).toString('latin1').match(/[\s\S]{1,7}/g) ?? []; // prettier-ignore
    const raw = `HTTP/1.1 401 Unauthorized\r\nx-echo: ${escaped(said[0] ?? '').replace(/[^\x20-\x7e]/g, '?')}\r\ntransfer-encoding: chunked\r\n\r\n${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`; // prettier-ignore
    await trial.script([{ fault: 'raw', bodyBase64: Buffer.from(raw, 'latin1').toString('base64'), times: 2 }]);
    const dead = await trial.until(await trial.publish(1), 'dead-lettered');
    const tested = await stage.api.call('POST', `/v1/connectors/${trial.connectorId}/test`, { type: trial.name, payload: { n: 1 } }); // prettier-ignore
    const why = await stage.api.call('GET', `/v1/why/${dead.id}`);
    const banner = await stage.api.call('GET', `/v1/connectors/${trial.connectorId}`);
    const texts = { delivery: JSON.stringify(dead), test: tested.text, why: why.text, connector: banner.text };
    const logged = stage.logOf('delivery');
    for (const form of said.flatMap(spellings)) {
      for (const [where, text] of Object.entries(texts))
        hold(!text.includes(form) && !text.includes(escaped(form)), `${kind}: ${where} shows ${form}`);
      hold(!logged.includes(form), `${kind}: the service's log holds ${form}`);
    }
    hold(JSON.stringify(dead).includes('****'), `${kind}: where the secret stood there is a mask`);
    shown += forms.length;
  }
  return `${shown} spellings of 3 secrets echoed in chunks of 7 bytes, none shown`;
}

async function writeOnly(stage: Stage): Promise<string> {
  const token = `write-only-${randomBytes(12).toString('hex')}`;
  const trial = await Trial.open(stage, 'write-only', { auth: { kind: 'bearer' }, secrets: { token } });
  const path = `/v1/connectors/${trial.connectorId}`;
  const read = await stage.api.call('GET', path);
  const { secrets } = read.json as { secrets: Record<string, { set: boolean }> };
  same([secrets['token']?.set, read.text.includes(token)], [true, false], 'what is read');
  for (const value of ['****', { set: true }, '']) {
    const answer = await stage.api.call('PATCH', path, { secrets: { token: value } }, { 'if-match': `"${(await trial.connector()).version}"` }); // prettier-ignore
    hold(
      answer.status === 200 || answer.status === 422,
      `PATCH with ${JSON.stringify(value)} answered ${answer.status}`,
    );
    hold(!answer.text.includes(token), 'an answer shows the token');
  }
  await stage.receivers.option('webhook', 'auth', { kind: 'bearer', token }, trial.name);
  await trial.until(await trial.publish(1), 'delivered');
  const history = await stage.api.call('GET', `${path}/history`);
  const events = await stage.api.call('GET', `/v1/log/registry-0/events?stream=connector-${trial.connectorId}`);
  hold(!history.text.includes(token) && !events.text.includes(token), 'the token in a history');
  return 'masks and empty values leave it; neither history nor log hold it';
}

/** Somebody with the database in hand: values swapped between connectors, and single bytes flipped. */
async function tampered(stage: Stage): Promise<string> {
  const open = (token: string) => Trial.open(stage, 'tamper', { auth: { kind: 'bearer' }, secrets: { token }, limits: { retryDelaysSeconds: [0, 0.5, 0.5, 0.5, 600] } }); // prettier-ignore
  const [one, other] = [await open('token-of-one'), await open('token-of-other')];
  for (const { connectorId } of [one, other]) hold(connectorId !== '', 'a connector');
  await one.until(await one.publish(1), 'delivered');
  const registry = await StoredLog.open(stage.dev.databaseUrl, 'registry');
  const delivery = await StoredLog.open(stage.dev.databaseUrl, 'delivery');
  try {
    await stage.stop('delivery');
    const swap = (table: 'secrets' | 'sealed') =>
      `update sealed_secrets a set ${table} = b.${table} from sealed_secrets b where a.connector_id = $1 and b.connector_id = $2`; // prettier-ignore
    const kept = await registry.query<{ secrets: object }>('select secrets from sealed_secrets where connector_id = $1', [one.connectorId]); // prettier-ignore
    await registry.query(swap('secrets'), [one.connectorId, other.connectorId]);
    await delivery.query(swap('sealed'), [one.connectorId, other.connectorId]);
    await stage.start('delivery');
    const id = await one.publish(2);
    const waits = await one.until(id, 'retrying');
    same(waits.attempts[0]?.reason, 'secret_unavailable', 'an attempt with a secret of another connector');
    hold(stage.logOf('delivery').includes('secret.tamper'), 'secret.tamper in the log');
    hold(!(await one.received()).some(({ headers }) => String(headers['authorization']).includes('token-of-other')), 'the other’s token left'); // prettier-ignore
    await registry.query('update sealed_secrets set secrets = $2 where connector_id = $1', [one.connectorId, JSON.stringify(kept[0]?.secrets)]); // prettier-ignore
    await one.until(id, 'delivered');
    return 'the swapped set opened nothing; delivered by itself once registry had the right one again';
  } finally {
    await Promise.all([registry.close(), delivery.close()]);
    if (!stage.isRunning('delivery')) await stage.start('delivery');
  }
}

async function noKey(stage: Stage): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-keys-'));
  const file = (name: string, text: string, mode: number): string => {
    writeFileSync(join(folder, name), text, { mode });
    chmodSync(join(folder, name), mode);
    return join(folder, name);
  };
  const good = `v1:${randomBytes(32).toString('base64')}`;
  const cases: [what: string, file: string][] = [
    ['missing', join(folder, 'nothing.kek')],
    ['short', file('short.kek', `v1:${randomBytes(16).toString('base64')}`, 0o600)],
    ['world-readable', file('open.kek', good, 0o644)],
    ['empty', file('empty.kek', '', 0o600)],
    ['no base64', file('words.kek', 'v1:correct horse battery staple', 0o600)],
    ['the same version twice', file('twice.kek', `${good},${good}`, 0o600)],
  ];
  const seen: string[] = [];
  try {
    for (const [service, variable] of [
      ['registry', 'WAYBILL_SECRETS_KEK'],
      ['delivery', 'WAYBILL_SECRETS_KEK'],
      ['subscriptions', 'WAYBILL_LOG_KEK'],
    ] as const)
      // prettier-ignore
      for (const [what, path] of cases) {
        const begun = performance.now();
        const { code, output } = await run(stage, service, 'main', { [`${variable}_FILE`]: path });
        hold(code !== 0, `${service} started with a key that is ${what}`);
        hold(output.includes(variable), `${service} does not name ${variable}: ${output}`);
        hold(!output.includes(good.slice(3)), 'the key is printed');
        hold(output.includes(path), `${service} does not name the file of a key that is ${what}: ${output}`);
        seen.push(`${Math.round(performance.now() - begun)}`);
      }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return `${seen.length} starts refused, the slowest in ${Math.max(...seen.map(Number))} ms`;
}
