import { generateKeyPairSync } from 'node:crypto';
import { sparePorts, type Stage } from '../stage.js';
import { same } from '../story.js';

/** A connector to be, with a secret of its own in each slot that it uses. */
export interface Given {
  readonly target: string;
  readonly config: object;
  readonly secrets: Readonly<Record<string, string>>;
}

/** One connector a way to prove who one is; `mark` makes a new secret of 32 letters and digits with the mark in it. */
export async function givenTo({ dev, receivers }: Stage, mark: () => string): Promise<readonly Given[]> {
  const at = dev.receiversUrl;
  const oauth2 = { tokenUrl: `${at}/oauth/token`, clientId: 'waybill-client' };
  const smtpUrl = `smtp://alerts@127.0.0.1:${sparePorts.last}`;
  const webhook = (auth: object, secrets: Record<string, string>, query = ''): Given => ({
    target: 'webhook',
    config: { url: `${at}/webhook/canary${query}`, auth },
    secrets,
  });
  const jira = (secrets: Record<string, string>): Given => ({
    target: 'jira',
    config: { baseUrl: `${at}/jira`, projectKey: 'SEC' },
    secrets,
  });
  const jsm = (secrets: Record<string, string>): Given => ({
    target: 'jira-service-management',
    config: { baseUrl: `${at}/jsm`, serviceDeskId: '4', requestTypeId: '27' },
    secrets,
  });
  const servicenow = (secrets: Record<string, string>): Given => ({
    target: 'servicenow',
    config: { baseUrl: `${at}/servicenow` },
    secrets,
  });
  const { clientCertPem } = (await (await fetch(`${receivers.url}/_tls`)).json()) as { clientCertPem: string };
  return [
    webhook({ kind: 'bearer' }, { token: mark(), signingSecret: `whsec_${mark()}`, previousSigningSecret: `whsec_${mark()}` }), // prettier-ignore
    webhook({ kind: 'basic', username: 'admin' }, { password: mark() }),
    webhook({ kind: 'header', headerName: 'X-Key' }, { headerValue: mark() }),
    webhook({ kind: 'oauth2-client-credentials', ...oauth2 }, { clientSecret: mark() }),
    webhook({ kind: 'mtls' }, { clientCertPem, clientKeyPem: freshKeyPem() }),
    // A credential in the URL is no secret of the caller's making: it becomes one.
    webhook({ kind: 'none' }, {}, `?key=${mark()}&room=7&X-Api-Token=${mark()}`),
    webhook({ kind: 'none' }, { urlQuery: `sig=${mark()}` }, '?room=7&sig=****'),
    jira({ email: `${mark()}@example.com`, apiToken: mark() }),
    jira({ token: mark() }),
    jsm({ email: `${mark()}@example.com`, apiToken: mark() }),
    jsm({ token: mark() }),
    servicenow({ username: mark(), password: mark() }),
    servicenow({ token: mark() }),
    servicenow({ apiKey: mark() }),
    { target: 'slack', config: {}, secrets: { url: `https://hooks.slack.com/services/T0000/B0000/${mark()}` } },
    {
      target: 'teams',
      config: {},
      secrets: {
        url: `https://prod-00.westeurope.logic.azure.com/workflows/abc/triggers/manual/paths/invoke?api-version=2016-06-01&sig=${mark()}`,
      },
    },
    { target: 'pagerduty', config: {}, secrets: { routingKey: mark() } },
    { target: 'email', config: { to: ['a@example.com'], smtpUrl }, secrets: { smtpPassword: mark() } },
    { target: 'email', config: { to: ['a@example.com'], smtpUrl, oauth2 }, secrets: { smtpClientSecret: mark() } },
  ];
}

/** It cannot bear the mark; the second line of its text is in it alone (`privateLineOf`). */
function freshKeyPem(): string {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
}

/** Holds twenty of the thirty-two bytes that are the secret (RFC 5958: they begin at the 37th byte, a line holds 48). */
export const privateLinesOf = (given: readonly Given[]): string[] =>
  given.flatMap(({ secrets: { clientKeyPem } }) => clientKeyPem?.split('\n')[2] ?? []);

/** Fails where a target has a slot that none of these has filled. */
export async function assertEverySlot({ api }: Stage, given: readonly Given[]): Promise<void> {
  const { items } = await api.get<{ items: { id: string; secrets: { properties: object } }[] }>('/v1/targets');
  const empty = items.flatMap(({ id, secrets }) =>
    Object.keys(secrets.properties)
      .filter((slot) => !given.some((one) => one.target === id && slot in one.secrets))
      .map((slot) => `${id} ${slot}`),
  );
  same(empty, [], 'slots without a canary');
}

/** A secret as it stands in any text that holds it: plain, in hex, backwards, and in Base64 at each of its three places. */
export function formsOf(secret: string): readonly string[] {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.from('x'.repeat(shift) + secret).toString('base64');
    // What stands at the ends depends on the neighbours.
    return text.slice(shift === 0 ? 0 : 4, -4);
  });
  const hex = Buffer.from(secret).toString('hex');
  // Letters and digits are the same in a URL.
  return [secret, hex, hex.toUpperCase(), [...secret].toReversed().join(''), ...base64];
}
