import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Attempt, Delivery } from '@waybill/contracts/http/deliveries';
import { sparePorts, type Stage } from '../stage.js';
import { eventually, hold, type Promised, same } from '../story.js';
import { type Shown, Trial } from './trial.js';

/** Point 7: nothing leaves for an address that the deployment does not allow, whichever way it is asked for. */
export function egress(stage: Stage): readonly Promised[] {
  return [
    {
      says: '7 an address that is not allowed is refused when it is saved, changed or tested, however it is spelled, and nothing reaches it',
      holds: () => spelled(stage),
    },
    {
      says: '7 what was allowed once is judged at every attempt: first ones, retries, token endpoints and mail servers',
      holds: () => allowedOnce(stage),
    },
  ];
}

const notAllowed = { code: 'egress_blocked', message: 'This address is not allowed.' };

/** A listener that counts who comes; it answers HTTP with 503 and lets mail servers' clients wait. */
class Watched {
  private reached = 0;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async open(port: number): Promise<Watched> {
    const server = createServer((socket) => {
      watched.reached += 1;
      socket.on('error', () => undefined);
      socket.on('data', () => socket.end('HTTP/1.1 503 Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'));
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    const address = server.address();
    const watched = new Watched(server, typeof address === 'object' && address !== null ? address.port : port);
    return watched;
  }

  get connections(): number {
    return this.reached;
  }

  close(): void {
    this.server.close();
  }
}

/** The same forbidden listener as users and attackers write it, and others of the inside. */
const spellings = (port: number): readonly string[] => [
  `http://127.0.0.1:${port}/`,
  `http://localhost:${port}/`,
  `http://LOCALHOST.:${port}/`,
  `http://a.localhost:${port}/`,
  `http://127.1:${port}/`,
  `http://2130706433:${port}/`,
  `http://0x7f000001:${port}/`,
  `http://0177.0.0.1:${port}/`,
  `http://0.0.0.0:${port}/`,
  `http://[::1]:${port}/`,
  `http://[::ffff:127.0.0.1]:${port}/`,
  `http://[::ffff:7f00:1]:${port}/`,
  `http://[64:ff9b::7f00:1]:${port}/`,
  `http://①②⑦.0.0.1:${port}/`,
  `http://127.0.0.1%2f@127.0.0.1:${port}/`,
  'http://169.254.169.254/latest/meta-data/',
  'http://10.0.0.1/',
  'https://[fd00:ec2::254]/',
];

async function spelled(stage: Stage): Promise<string> {
  const watched = await Watched.open(0);
  try {
    const trial = await Trial.open(stage, 'spelled');
    const { version } = await trial.connector();
    const urls = spellings(watched.port);
    for (const url of urls) {
      const config = { url, method: 'POST' };
      const given = { name: trial.name, target: 'webhook', config };
      const path = `/v1/connectors/${trial.connectorId}`;
      const saved = await stage.api.call('POST', '/v1/connectors', given);
      const changed = await stage.api.call('PATCH', path, { config }, { 'if-match': `"${version}"` });
      for (const [word, { status, json }] of Object.entries({ saved, changed })) {
        const [error] = (json['errors'] ?? []) as { pointer: string; code: string }[];
        same([status, error?.pointer], [422, '/config/url'], `${word} with ${url}`);
        hold(['egress_blocked', 'url_invalid'].includes(error?.code ?? ''), `${word} with ${url}: ${error?.code}`);
      }
      const tested = await stage.api.call('POST', '/v1/connectors/test', { connector: given, type: trial.name });
      const { outcome } = tested.json as { outcome?: string };
      hold(
        tested.status === 422 || (tested.status === 200 && outcome !== 'accepted'),
        `tested with ${url}: ${tested.text}`,
      );
    }
    same((await trial.connector()).version, version, 'the version of the connector');
    same(watched.connections, 0, 'connections to the listener');
    return `${urls.length} spellings, each refused when saved, changed and tested; 0 connections`;
  } finally {
    watched.close();
  }
}

async function allowedOnce(stage: Stage): Promise<string> {
  const file = join(stage.dataDir, 'deployment.json');
  const before = readFileSync(file, 'utf8');
  const watched = await Watched.open(sparePorts.first + 7);
  const base = `http://127.0.0.1:${watched.port}`;
  const limits = { retryDelaysSeconds: [0, 4], timeoutMs: 1_000 };
  try {
    const retried = await Trial.open(stage, 'allowed-once', { url: `${base}/`, limits });
    const fresh = await Trial.open(stage, 'allowed-first', { url: `${base}/`, limits });
    const auth = { kind: 'oauth2-client-credentials', tokenUrl: `${base}/token`, clientId: 'waybill' };
    const byToken = await Trial.open(stage, 'allowed-token', { auth, secrets: { clientSecret: 'secret' }, limits });
    const mailed = await mailTrial(stage, `smtp://127.0.0.1:${watched.port}`);
    const failing = await retried.publish(1);
    await retried.until(failing, 'retrying');
    hold(watched.connections > 0, 'the first attempt did not reach the listener that was allowed');
    await stage.stop('delivery');
    const deployment = JSON.parse(before) as { egress: { allow: string[] } };
    const allow = deployment.egress.allow.filter((entry) => !entry.startsWith('127.0.0.0/8'));
    writeFileSync(file, JSON.stringify({ ...deployment, egress: { ...deployment.egress, allow } }));
    const reached = watched.connections;
    await stage.start('delivery');
    const seen: Record<string, Shown> = {
      retry: await retried.until(failing, 'dead-lettered', 30_000),
      first: await fresh.until(await fresh.publish(1), 'dead-lettered', 30_000),
      token: await byToken.until(await byToken.publish(1), 'dead-lettered', 30_000),
      mail: await mailed(),
    };
    for (const [word, { attempts, reason }] of Object.entries(seen)) {
      const last = attempts.at(-1) as Attempt;
      same([reason, last.error], ['egress_blocked', notAllowed], word);
    }
    same(watched.connections, reached, 'connections to the listener');
    const warned = stage.logOf('delivery').includes('egress.relaxed');
    hold(warned, 'the log does not warn that addresses of the inside are allowed');
    return `${Object.keys(seen).join(', ')}: egress_blocked, nothing reached the listener that was allowed before; the log warns of what is`;
  } finally {
    watched.close();
    writeFileSync(file, before);
    await stage.stop('delivery');
    await stage.start('delivery');
  }
}

/** A mail connector with a server of its own; answers how to send by it and get what came of it. */
async function mailTrial(stage: Stage, smtpUrl: string): Promise<() => Promise<Shown>> {
  const { api } = stage;
  const name = `allowed-mail-${Date.now()}`;
  const connector = await api.post<{ id: string }>('/v1/connectors', {
    name,
    target: 'email',
    config: { to: ['a@example.com'], from: 'b@example.com', smtpUrl, subject: name },
    limits: { retryDelaysSeconds: [0, 4], timeoutMs: 1_000 },
  });
  await api.post('/v1/subscriptions', { name, connectorIds: [connector.id], types: [name] });
  return async () => {
    await api.post('/v1/notifications', { type: name, payload: { n: 1 } });
    return eventually('the mail is over', 30_000, async () => {
      const { items } = await api.get<{ items: Delivery[] }>(`/v1/deliveries?connectorId=${connector.id}`);
      const [first] = items;
      if (first?.status !== 'dead-lettered') return null;
      return api.get<Shown>(`/v1/deliveries/${first.id}`);
    });
  };
}
