import { createHmac } from 'node:crypto';
import type { ReceivedItem } from '@waybill/receivers/client';
import type { Stage } from '../stage.js';
import { eventually, hold, type Promised, same } from '../story.js';
import { type Shown, Trial } from './trial.js';

/** Point 8: every webhook is signed, and every way to prove who we are works and keeps to itself. */
export function signing(stage: Stage): readonly Promised[] {
  return [
    {
      says: '8 every webhook carries a Standard Webhooks signature over its exact bytes, the same id over retries',
      holds: () => signed(stage),
    },
    {
      says: '8 SEC-05 while a signing secret is changed, receivers with the old and with the new one accept; afterwards the old one refuses',
      holds: () => rotated(stage),
    },
    {
      says: '8 basic, bearer and a header of one’s own open what they should, and a wrong one ends as unauthorized',
      holds: () => plainKinds(stage),
    },
    {
      says: '8 OAuth 2: a token is kept until it expires, fetched anew once after a 401, and a second 401 is final',
      holds: () => oauth(stage),
    },
    {
      says: '8 a client certificate opens the door that demands one, and no other certificate does',
      holds: () => mtls(stage),
    },
    {
      says: '8 a private authority is trusted where it is given; expired, foreign and misnamed certificates never are',
      holds: () => authorities(stage),
    },
  ];
}

/** The example of Standard Webhooks 1.0.0 (targets.md section 8.1). */
const exampleSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const otherSecret = `whsec_${Buffer.from('another secret of 24 bytes or more').toString('base64')}`;

/** Written from the specification, not with our own code: `{id}.{timestamp}.{body}`, HMAC-SHA256, key behind `whsec_`. */
function signatureOf({ headers, bodyBase64 }: ReceivedItem, secret: string): string {
  const content = Buffer.concat([
    Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`),
    Buffer.from(bodyBase64, 'base64'),
  ]);
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}

async function signed(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'signed', {
    secrets: { signingSecret: exampleSecret },
    limits: { retryDelaysSeconds: [0, 1.2] },
    template: JSON.stringify({ text: 'café \u{1F6A8} line1\nline2 "q"', n: '{{n}}' }),
  });
  await stage.receivers.option('webhook', 'signingSecrets', [exampleSecret], trial.name);
  await trial.script([{ status: 503, times: 1 }]);
  const delivered = await trial.until(await trial.publish(1), 'delivered');
  const items = await trial.received();
  same(items.length, 2, 'requests');
  for (const item of items) same(item.headers['webhook-signature'], signatureOf(item, exampleSecret), 'the signature');
  same([...new Set(items.map(({ headers }) => headers['webhook-id']))], [delivered.id], 'the webhook-id');
  const times = items.map(({ headers }) => Number(headers['webhook-timestamp']));
  hold((times[1] ?? 0) > (times[0] ?? 0), `each attempt has its own time: ${times.join(', ')}`);
  same(items.at(-1)?.verdict, 'accepted', 'what a verifier says');
  return `${items.length} attempts of one id verified over ${items[0]?.bodyBase64.length} base64 characters`;
}

async function rotated(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'rotated', {
    secrets: { signingSecret: exampleSecret },
    limits: { retryDelaysSeconds: [0] },
  });
  const accepts = async (secret: string, n: number): Promise<boolean> => {
    await stage.receivers.option('webhook', 'signingSecrets', [secret], trial.name);
    const { id, status } = await trial.delivery(await trial.publish(n), 'over', isOver);
    const item = (await trial.received()).findLast(({ headers }) => headers['webhook-id'] === id);
    seen.push(String(item?.headers['webhook-signature']).split(' ').length);
    return status === 'delivered';
  };
  const seen: number[] = [];
  same([await accepts(exampleSecret, 1), await accepts(otherSecret, 2)], [true, false], 'before');
  await trial.patch({ secrets: { signingSecret: otherSecret } });
  const during = (await trial.connector()).secrets;
  hold('previousSigningSecret' in during, 'the connector says that a previous secret signs too');
  same([await accepts(exampleSecret, 3), await accepts(otherSecret, 4)], [true, true], 'while it is changed');
  await trial.patch({ secrets: { previousSigningSecret: null } });
  same([await accepts(exampleSecret, 5), await accepts(otherSecret, 6)], [false, true], 'afterwards');
  await trial.patch({ secrets: { signingSecret: exampleSecret, previousSigningSecret: null } });
  same(
    [await accepts(exampleSecret, 7), await accepts(otherSecret, 8)],
    [true, false],
    'changed at once, as after a leak',
  );
  same(seen, [1, 1, 2, 2, 1, 1, 1, 1], 'signatures on each request');
  return `signatures a request: ${seen.join(' ')}`;
}

const isOver = ({ status }: Shown): boolean => status === 'delivered' || status === 'dead-lettered';

async function plainKinds(stage: Stage): Promise<string> {
  const password = 'pa:ss "wörd" \\ 100%';
  const kinds: [string, object, Record<string, string>, object][] = [
    ['basic', { kind: 'basic', username: 'jörg' }, { password }, { kind: 'basic', username: 'jörg', password }],
    ['bearer', { kind: 'bearer' }, { token: 'tok.en-~+/=' }, { kind: 'bearer', token: 'tok.en-~+/=' }],
    ['header', { kind: 'header', headerName: 'X-Api-Key' }, { headerValue: 'k 1' }, { kind: 'header', name: 'x-api-key', value: 'k 1' }], // prettier-ignore
  ];
  for (const [kind, auth, secrets, demanded] of kinds) {
    const good = await Trial.open(stage, kind, { auth, secrets });
    const bad = await Trial.open(stage, kind, { auth, secrets: Object.fromEntries(Object.keys(secrets).map((name) => [name, 'something-else'])) }); // prettier-ignore
    for (const trial of [good, bad]) await stage.receivers.option('webhook', 'auth', demanded, trial.name);
    await good.until(await good.publish(1), 'delivered');
    const refused = await bad.until(await bad.publish(1), 'dead-lettered');
    same(refused.reason, 'unauthorized', `${kind} with a wrong secret`);
    same((await bad.connector()).status, 'failing', `the connector with a wrong secret for ${kind}`);
    same((await bad.received()).length, 1, `attempts with a wrong secret for ${kind}`);
  }
  return `${kinds.map(([kind]) => kind).join(', ')}: the right secret delivers, a wrong one ends after one attempt`;
}

async function oauth(stage: Stage): Promise<string> {
  const { receivers } = stage;
  const auth = { kind: 'oauth2-client-credentials', tokenUrl: `${receivers.url}/oauth/token`, clientId: 'waybill-client' }; // prettier-ignore
  const client = { 'waybill-client': 'waybill-client-secret', 'client+%: ü': 's e+c%r:ü-et' };
  await receivers.option('oauth', 'clients', client);
  const issued = async (): Promise<number> => Number((await receivers.state('oauth'))['issued']);
  const trial = await Trial.open(stage, 'oauth', { auth, secrets: { clientSecret: 'waybill-client-secret' } });
  await receivers.option('webhook', 'auth', { kind: 'oauth2' }, trial.name);
  const before = await issued();
  for (const n of [1, 2, 3]) await trial.until(await trial.publish(n), 'delivered');
  const kept = (await issued()) - before;
  same(kept <= 1, true, `tokens for three deliveries: ${kept}`);
  await receivers.option('oauth', 'revoked', true);
  const renewed = await trial.until(await trial.publish(4), 'delivered');
  same([renewed.attempts.length, (await issued()) - before - kept], [1, 1], 'after the token was revoked');
  await trial.script([{ status: 401, times: 2 }]);
  const final = await trial.until(await trial.publish(5), 'dead-lettered');
  same(
    [final.reason, final.attempts.length, (await issued()) - before - kept],
    ['unauthorized', 1, 2],
    'two times 401',
  );
  await receivers.option('oauth', 'expiresInSeconds', 2);
  const short = await Trial.open(stage, 'oauth', {
    auth: { ...auth, clientId: 'client+%: ü', scopes: 'short lived' },
    secrets: { clientSecret: 's e+c%r:ü-et' },
  });
  await receivers.option('webhook', 'auth', { kind: 'oauth2' }, short.name);
  await short.until(await short.publish(1), 'delivered');
  const first = await issued();
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  const again = await short.until(await short.publish(2), 'delivered');
  same([(await issued()) - first, again.attempts.length], [1, 1], 'after the token expired');
  await receivers.option('oauth', 'expiresInSeconds', 3_600);
  const wrong = await Trial.open(stage, 'oauth', { auth, secrets: { clientSecret: 'not-the-secret' } });
  const refused = await wrong.until(await wrong.publish(1), 'dead-lettered');
  same([refused.reason, refused.attempts[0]?.error?.message.includes('invalid_client')], ['oauth_failed', true], 'a wrong client secret'); // prettier-ignore
  await receivers.script('oauth', 'waybill-client', [{ status: 503, times: 1 }]);
  const busy = await Trial.open(stage, 'oauth', { auth: { ...auth, scopes: 'busy' }, secrets: { clientSecret: 'waybill-client-secret' }, limits: { retryDelaysSeconds: [0, 0.2] } }); // prettier-ignore
  await receivers.option('webhook', 'auth', { kind: 'oauth2' }, busy.name);
  same((await busy.until(await busy.publish(1), 'delivered')).attempts.map(({ reason }) => reason), ['oauth_failed', null], 'a token server that was busy'); // prettier-ignore
  return `3 deliveries on ${kept} new token; one refresh after a 401; a second 401 and a wrong client are final`;
}

interface TlsPapers {
  readonly caPem: string;
  readonly tlsUrl: string;
  readonly mtlsUrl: string;
  readonly clientCertPem: string;
  readonly clientKeyPem: string;
  readonly strangerCertPem: string;
  readonly strangerKeyPem: string;
}

const papersOf = async ({ receivers }: Stage): Promise<TlsPapers> =>
  (await (await fetch(`${receivers.url}/_tls`)).json()) as TlsPapers;

async function mtls(stage: Stage): Promise<string> {
  const papers = await papersOf(stage);
  const open = (cert: string, key: string) =>
    Trial.open(stage, 'mtls', {
      base: papers.mtlsUrl,
      auth: { kind: 'mtls' },
      caPem: papers.caPem,
      secrets: { clientCertPem: cert, clientKeyPem: key },
      limits: { retryDelaysSeconds: [0] },
    });
  const good = await open(papers.clientCertPem, papers.clientKeyPem);
  await good.until(await good.publish(1), 'delivered');
  const stranger = await open(papers.strangerCertPem, papers.strangerKeyPem);
  const refused = await stranger.until(await stranger.publish(1), 'dead-lettered');
  same((await stranger.received()).length, 0, 'requests of a stranger');
  const mixed = await open(papers.clientCertPem, papers.strangerKeyPem);
  const broken = await mixed.until(await mixed.publish(1), 'dead-lettered');
  same(broken.reason, 'tls_certificate_invalid', 'a certificate with the key of another');
  const text = JSON.stringify([good, stranger, mixed]) + JSON.stringify([refused, broken]);
  hold(!text.includes('PRIVATE KEY'), 'no key in what is shown');
  return `good: delivered; stranger: ${refused.attempts[0]?.reason}; another's key: ${broken.reason}`;
}

async function authorities(stage: Stage): Promise<string> {
  const papers = await papersOf(stage);
  const open = (caPem: string | undefined) =>
    Trial.open(stage, 'authority', { base: papers.tlsUrl, limits: { retryDelaysSeconds: [0] }, ...(caPem === undefined ? {} : { caPem }) }); // prettier-ignore
  const trusted = await open(papers.caPem);
  await trusted.until(await trusted.publish(1), 'delivered');
  const unknown = await open(undefined);
  const seen: string[] = [];
  const refuses = async (trial: Trial, what: string): Promise<void> => {
    const { attempts } = await trial.until(await trial.publish(2), 'dead-lettered');
    same(attempts[0]?.reason, 'tls_certificate_invalid', what);
    // Nobody waits for a third failure where somebody has to renew a certificate.
    await eventually(`the connector says that it fails: ${what}`, 10_000, async () =>
      (await trial.connector()).status === 'failing' ? true : null,
    );
    seen.push(`${what}: ${attempts[0]?.error?.message}`);
  };
  await refuses(unknown, 'no authority given');
  for (const certificate of ['expired', 'self-signed', 'wrong-name']) {
    await stage.receivers.option('tls', 'certificate', certificate);
    // A kept connection was checked when it was made; another spelling of the authority has one of its own.
    await refuses(await open(`${certificate}\n${papers.caPem}`), certificate);
  }
  await stage.receivers.option('tls', 'certificate', 'good');
  const again = await open(`good again\n${papers.caPem}`);
  await again.until(await again.publish(3), 'delivered');
  return seen.join('; ');
}
