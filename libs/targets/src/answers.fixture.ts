import { ticketLengthMax, urlLengthMax } from '@waybill/contracts/http/fields';
import fc from 'fast-check';
import type { Receipt } from './outcome.js';
import type { SampleConnector } from './sample-connectors.fixture.js';
import { exampleAtMs } from './sending.fixture.js';
import type { Answer } from './target.js';

const bodies = fc.oneof(
  fc.constantFrom(
    '',
    'ok',
    '1',
    '<html>',
    'null',
    '[]',
    '{}',
    '{"result":{}}',
    '{"result":[]}',
    '{"issues":[]}',
    '{"transitions":[]}',
    '{"transitions":[null,{"id":5}]}',
  ),
  fc.constantFrom(
    '{"id":"1","key":"A-1"}',
    '{"issueId":"1","issueKey":"A-1"}',
    '{"result":{"sys_id":"1","number":"I1"}}',
    '{"status":"success"}',
    '{"ok":false}',
  ),
  fc.constantFrom(
    '{"issues":[null,{"id":"1","fields":{"labels":["x"]}}]}',
    '{"errors":{"labels":"x"}}',
    '{"transitions":[{"id":"5","name":"Done"}]}',
    '{"error":{"code":"x"}}',
  ),
  fc.record({ id: names(), key: names(), web: names() }).chain((named) => fc.constantFrom(...naming(named))),
  fc.json({ maxDepth: 3 }),
  fc.string(),
);

/** What a target may call a thing, and what only a stranger does: nothing that can be kept, shown or asked for by that name. */
function names(): fc.Arbitrary<string> {
  return fc.constantFrom(
    'A-1',
    '\u0000',
    'A\u0000',
    'A\ud800',
    '\udfff',
    'A\r\nx: y',
    'x'.repeat(ticketLengthMax),
    'x'.repeat(ticketLengthMax + 1),
    'javascript:alert(1)',
    'https://jira.example.test/browse/A-1',
    `https://jira.example.test/${'x'.repeat(urlLengthMax)}`,
  );
}

function naming({ id, key, web }: { readonly id: string; readonly key: string; readonly web: string }): string[] {
  return [
    { id, key },
    { issueId: id, issueKey: key, _links: { web } },
    { result: { sys_id: id, number: key } },
    { status: 'success', dedup_key: key },
    { issues: [{ id, key, fields: { labels: ['x'] } }] },
    { transitions: [{ id, name: key }] },
  ].map((answer) => JSON.stringify(answer));
}

/** Anything a server can say, and what our rooms listen for more often than chance would. */
export const httpAnswers: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({
    kind: fc.constant('http' as const),
    status: fc.oneof(
      fc.constantFrom(200, 201, 202, 204, 301, 400, 401, 403, 404, 409, 410, 429, 500, 503),
      fc.integer({ min: 100, max: 599 }),
    ),
    headers: fc.dictionary(
      fc.constantFrom(
        'retry-after',
        'x-seraph-loginreason',
        'location',
        'webhook-delivery',
        'x-ratelimit-reset',
        'x-authentication-denied-reason',
      ),
      fc.oneof(fc.string(), fc.constantFrom('5', '-1', 'AUTHENTICATED_FAILED', 'disable', '99999999999999999999')),
    ),
    body: bodies,
    bodyTruncated: fc.boolean(),
    atMs: fc.constant(exampleAtMs),
  }),
  noAnswers(),
);

function noAnswers(): fc.Arbitrary<Answer> {
  const codes = [
    'dns_failed',
    'connect_failed',
    'tls_failed',
    'tls_certificate_invalid',
    'timeout',
    'reset',
    'protocol_error',
    'egress_blocked',
    'header_invalid',
    'oauth_failed',
  ];
  return fc.record({
    kind: fc.constant('none' as const),
    sent: fc.boolean(),
    code: fc.constantFrom(...codes),
    message: fc.string(),
    retry: fc.constantFrom('later' as const, 'never' as const),
    atMs: fc.constant(exampleAtMs),
  });
}

/** Replies for the sample's recipients, for some of them, twice, and for somebody unknown. */
export function mailAnswers({ config }: SampleConnector): fc.Arbitrary<Answer> {
  const recipients = [...(config['to'] as string[]), ...(config['cc'] as string[]), 'stranger@example.com'];
  const one = fc.record({
    recipient: fc.constantFrom(...recipients),
    stage: fc.constantFrom('connect', 'auth', 'mail', 'rcpt', 'data', 'accepted'),
    code: fc.option(fc.integer({ min: 200, max: 599 })),
    text: fc.string(),
    outcome: fc.constantFrom('accepted' as const, 'refused-for-now' as const, 'refused' as const, 'unknown' as const),
  });
  return fc.oneof(
    fc.record({
      kind: fc.constant('mail' as const),
      recipients: fc.array(one, { maxLength: 6 }),
      atMs: fc.constant(exampleAtMs),
    }),
    noAnswers(),
  );
}

/** Receipts that another version, another target or nobody has written. */
export function receipts(): fc.Arbitrary<Receipt | null> {
  const memory = fc.dictionary(
    fc.constantFrom('id', 'by', 'owed', 'lookedAtAttempt', 'openRecipients', 'refusedRecipients', 'dedupKey'),
    fc.oneof(
      fc.string(),
      names(),
      fc.constant('dlv_01jd8xkq3vfb7sz3tm8v0q9k4n'),
      fc.integer(),
      fc.constant(['tell', 'resolve']),
      fc.array(fc.string()),
      fc.constant(null),
    ),
  );
  return fc.option(
    fc.record({
      ticket: fc.option(fc.oneof(fc.string(), names()), { nil: undefined }),
      url: fc.option(names(), { nil: undefined }),
      memory,
    }),
  );
}
