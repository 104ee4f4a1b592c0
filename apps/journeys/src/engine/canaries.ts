import { randomBytes } from 'node:crypto';
import { filesHolding, tablesHolding } from '../audit/on-disk.js';
import { windowsHolding } from '../audit/broker-windows.js';
import { sparePorts, type Stage } from '../stage.js';
import { eventually, hold, type Promised, same } from '../story.js';

/** SEC-01: a secret of every slot of every target, with a mark in it, is looked for wherever a thief or a curious reader could look. */
export function canaries(stage: Stage): Promised {
  return {
    says: '9 SEC-01 a secret of every slot is on no disk, in no dump, broker, log or answer, in whatever form it is written',
    holds: () => hunt(stage),
  };
}

interface Given {
  readonly target: string;
  readonly config: object;
  readonly secrets: Readonly<Record<string, string>>;
}

/** One connector a way to prove who one is; `mark` makes a new secret with the mark in it. */
function givenTo(receivers: string, mark: () => string): readonly Given[] {
  const url = `${receivers}/webhook/canary`;
  const oauth = { kind: 'oauth2-client-credentials', tokenUrl: `${receivers}/oauth/token`, clientId: 'waybill-client' };
  const hook = (auth: object, secrets: Record<string, string>): Given => ({ target: 'webhook', config: { url, auth }, secrets }); // prettier-ignore
  return [
    hook({ kind: 'bearer' }, { token: mark(), signingSecret: `whsec_${mark()}` }),
    hook({ kind: 'basic', username: 'admin' }, { password: mark() }),
    hook({ kind: 'header', headerName: 'X-Key' }, { headerValue: mark() }),
    hook(oauth, { clientSecret: mark() }),
    { target: 'jira', config: { baseUrl: `${receivers}/jira`, projectKey: 'SEC' }, secrets: { email: 'a@example.com', apiToken: mark() } }, // prettier-ignore
    { target: 'jira-service-management', config: { baseUrl: `${receivers}/jsm`, serviceDeskId: '4', requestTypeId: '27' }, secrets: { email: 'a@example.com', apiToken: mark() } }, // prettier-ignore
    { target: 'servicenow', config: { baseUrl: `${receivers}/servicenow` }, secrets: { username: 'admin', password: mark() } }, // prettier-ignore
    { target: 'slack', config: {}, secrets: { url: `https://hooks.slack.com/services/T0000/B0000/${mark()}` } },
    {
      target: 'teams',
      config: {},
      secrets: {
        url: `https://prod-00.westeurope.logic.azure.com/workflows/abc/triggers/manual/paths/invoke?api-version=2016-06-01&sig=${mark()}`,
      },
    },
    { target: 'pagerduty', config: {}, secrets: { routingKey: mark() } },
    { target: 'email', config: { to: ['a@example.com'], smtpUrl: `smtp://alerts@127.0.0.1:${sparePorts.last}` }, secrets: { smtpPassword: mark() } }, // prettier-ignore
  ];
}

/** The mark as it stands in any text that holds the secret: plain, in hex, backwards, and in Base64 at each of its three places. */
function formsOf(mark: string): readonly string[] {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.from('x'.repeat(shift) + mark).toString('base64');
    // What stands at the ends depends on the neighbours.
    return text.slice(shift === 0 ? 0 : 4, -4);
  });
  const hex = Buffer.from(mark).toString('hex');
  return [mark, hex, hex.toUpperCase(), [...mark].toReversed().join(''), ...base64];
}

async function hunt(stage: Stage): Promise<string> {
  const { api } = stage;
  const stem = `cAnArY${randomBytes(6).toString('hex')}`;
  let made = 0;
  const mark = (): string => {
    made += 1;
    // 32 letters and digits: a routing key, and Base64 of 24 bytes.
    return `${stem}${randomBytes(7).toString('hex')}`.slice(0, 32);
  };
  const type = `canary-${Date.now()}`;
  const all = givenTo(stage.dev.receiversUrl, mark);
  const ids: string[] = [];
  for (const [at, given] of all.entries()) {
    const answer = await api.call('POST', '/v1/connectors', { name: `${type} ${at}`, ...given });
    same(answer.status, 201, `${given.target}: ${answer.text}`);
    ids.push((answer.json as { id: string }).id);
  }
  await api.post('/v1/subscriptions', { name: type, connectorIds: ids, types: [type] });
  const { notificationId } = await api.post<{ notificationId: string }>('/v1/notifications', {
    type,
    payload: { n: 1 },
  });
  const deliveries = await eventually('every canary has flown', 30_000, async () => {
    const { items } = await api.get<{ items: { id: string; status: string }[] }>(
      `/v1/deliveries?notificationId=${notificationId}&limit=50`,
    );
    return items.length === ids.length && items.every(({ status }) => !['pending', 'attempting'].includes(status))
      ? items
      : null;
  });
  const forms = formsOf(stem);
  const paths = [
    '/v1/connectors?limit=200',
    '/v1/deliveries?limit=200',
    `/v1/notifications/${notificationId}`,
    `/v1/why/${notificationId}`,
    ...ids.flatMap((id) => [`/v1/connectors/${id}`, `/v1/connectors/${id}/history`, `/v1/why/${id}`]),
    ...deliveries.flatMap(({ id }) => [`/v1/deliveries/${id}`, `/v1/why/${id}`]),
  ];
  for (const id of ids) await api.call('POST', `/v1/connectors/${id}/test`, { type, payload: { n: 2 } });
  for (const path of paths) {
    const { text } = await api.call('GET', path);
    for (const form of forms) hold(!text.includes(form), `${path} shows a secret as ${form}`);
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
  hold(
    seen.some(({ headers }) => JSON.stringify(headers).includes(stem)),
    'no canary arrived anywhere: finding none would say nothing',
  );
  return `${made} secrets of ${ids.length} connectors of ${new Set(all.map(({ target }) => target)).size} targets, each used and tested; ${forms.length} forms in ${paths.length} answers, every file, table and broker window: 0`;
}
