import { exampleSending, httpAnswer, jsonAnswer, noAnswer } from '../sending.fixture.js';
import type { Answer } from '../target.js';
import { teamsBodyBytesMax } from './teams.descriptor.js';
import { teams } from './teams.target.js';

const send = (message: unknown) =>
  teams.next(exampleSending({ body: JSON.stringify(message), secretNames: ['url'] }), []);
const body = (message: unknown): string => {
  const step = send(message);
  if (!('send' in step) || step.send.kind !== 'http') throw new Error('a request was expected');
  return step.send.body;
};
const bytes = (text: string) => new TextEncoder().encode(text).length;

const card = (text: string, more: object = {}) => ({
  type: 'AdaptiveCard',
  version: '1.4',
  body: [{ type: 'TextBlock', text, wrap: true }],
  ...more,
});
const message = (content: unknown) => ({
  type: 'message',
  attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
});

describe('what Teams is sent', () => {
  it('is a card in the message that a workflow waits for, with no header but the content type', () => {
    expect(send(card('a'))).toEqual({
      send: {
        kind: 'http',
        method: 'POST',
        url: '⟦secret:url⟧',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message(card('a'))),
        auth: { kind: 'none' },
      },
    });
  });

  it('is a whole message as the template wrote it', () => {
    expect(body(message(card('a')))).toBe(JSON.stringify(message(card('a'))));
  });

  it('is a MessageCard of the original as it is', () => {
    const documented = {
      '@type': 'MessageCard',
      '@context': 'https://schema.org/extensions',
      title: 'Alert Logic Incident Created',
      sections: [
        {
          activitySubtitle: 'ID: ww1k39 | Customer: XYZ Corporation | Deployment: ',
          facts: [{ name: 'Escalated:', value: 'true' }],
        },
      ],
      potentialAction: [
        { '@type': 'OpenUri', targets: [{ os: 'default', uri: 'https://console.alertlogic.com/fake/incident/url' }] },
      ],
    };
    expect(body(documented)).toBe(JSON.stringify(documented));
  });

  it('has no button without an address', () => {
    const action = (url: string) => ({ type: 'Action.OpenUrl', title: 'Open', url });
    expect(JSON.parse(body(card('a', { actions: [action('')] })))).toEqual(message(card('a')));
    expect(JSON.parse(body(card('a', { actions: [action(''), action('https://a.test/')] })))).toEqual(
      message(card('a', { actions: [action('https://a.test/')] })),
    );
  });

  it('is whole at the bound and cut one byte past it, with a note', () => {
    const frame = bytes(JSON.stringify(message(card(''))));
    const fits = 'a'.repeat(teamsBodyBytesMax - frame);
    expect(send(card(fits))).not.toHaveProperty('notes');
    const step = send(card(`${fits}a`));
    expect(step).toMatchObject({
      notes: [`The longest texts were cut, because the message had 22001 bytes and Teams takes 22000.`],
    });
    expect(bytes(body(card(`${fits}a`)))).toBeLessThanOrEqual(teamsBodyBytesMax);
    expect(body(card(`${fits}a`))).toContain('aaa…"');
  });

  it('counts the bytes of the JSON that is sent, escapes and all', () => {
    const text = body(card('"\n🚨é'.repeat(5000)));
    expect(bytes(text)).toBeLessThanOrEqual(teamsBodyBytesMax);
    expect(bytes(text)).toBeGreaterThan(teamsBodyBytesMax / 3);
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it('cuts the longest text and leaves the short ones', () => {
    const two = { type: 'AdaptiveCard', body: [{ text: 'short' }, { text: 'a'.repeat(30_000) }] };
    expect(body(two)).toContain('"text":"short"');
  });

  it('is refused before sending where the size is not in texts', () => {
    expect(send({ type: 'AdaptiveCard', body: Array.from({ length: 3000 }, () => ({ type: 'Container' })) })).toEqual({
      done: { kind: 'refused', retry: 'never', reason: 'body_too_large' },
    });
  });

  it('is nothing where the template gave no object', () => {
    expect(teams.next(exampleSending({ body: '[]' }), [])).toEqual({
      done: { kind: 'refused', retry: 'never', reason: 'body_invalid' },
    });
  });
});

describe('what the answer of Teams means', () => {
  const accepted = { kind: 'accepted', receipt: null };
  const never = (reason: string, more: object = {}) => ({ kind: 'refused', retry: 'never', reason, ...more });
  const later = (reason: string, more: object = {}) => ({ kind: 'refused', retry: 'later', reason, ...more });
  const error = (status: number, code: string) =>
    jsonAnswer(status, { error: { code, message: 'words of Microsoft' } });
  const failed = (status: number) =>
    httpAnswer(
      200,
      `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=0,server=x,cv=y`,
    );
  const rows: [string, Answer, unknown][] = [
    ['202 with nothing is taken', httpAnswer(202), accepted],
    [
      '200 with JSON is taken',
      jsonAnswer(200, { version: '1.1', statusCode: 200, isSuccessStatusCode: true }),
      accepted,
    ],
    ['200 with 1 is taken', httpAnswer(200, '1'), accepted],
    ['200 that hides a 413 is a failure', failed(413), never('unexpected_answer')],
    ['200 that hides a 429 is tried again', failed(429), later('rate_limited')],
    ['200 that hides a 503 is tried again', failed(503), later('server_error')],
    [
      '200 that could not reach Teams is tried again',
      httpAnswer(200, 'Error contacting Microsoft Teams endpoint'),
      later('server_error'),
    ],
    [
      '200 that hides a false flag is a failure',
      jsonAnswer(200, { isSuccessStatusCode: false }),
      never('unexpected_answer'),
    ],
    ['202 that hides an error object is a failure', error(202, 'BadRequest'), never('unexpected_answer')],
    ['200 with a web page is a failure', httpAnswer(200, '<!DOCTYPE html>'), never('unexpected_answer')],
    ['a disabled workflow is off', error(400, 'WorkflowTriggerIsNotEnabled'), never('teams_workflow_off')],
    ['an unknown workflow is off', error(404, 'WorkflowNotFound'), never('teams_workflow_off')],
    ['a schema mismatch is refused for good', error(400, 'TriggerInputSchemaMismatch'), never('bad_request')],
    [
      'two kinds of authorization are refused for good',
      error(400, 'DirectApiRequestHasMoreThanOneAuthorization'),
      never('bad_request'),
    ],
    ['a missing signature is refused for good', error(401, 'DirectApiAuthorizationRequired'), never('unauthorized')],
    [
      'a wrong signature is refused for good',
      error(401, 'DirectApiInvalidAuthorizationSignature'),
      never('unauthorized'),
    ],
    ['a retired URL disables the connector', httpAnswer(410, 'gone'), never('teams_retired', { disable: true })],
    [
      'a throttled workflow waits',
      httpAnswer(429, '', { 'retry-after': '10' }),
      later('rate_limited', { retryAfterMs: 10_000 }),
    ],
    ['a gateway timeout is tried again', error(504, 'GatewayTimeout'), later('server_error')],
    ['an error that is no object counts by its status', jsonAnswer(400, { error: 'x' }), never('bad_request')],
    ['a redirect is refused', httpAnswer(307), never('redirect_refused')],
    ['a timeout after sending is unknown', noAnswer('timeout', true), { kind: 'unknown', reason: 'timeout' }],
  ];
  it.each(rows)('%s', (_title, answer, expected) => {
    expect(teams.next(exampleSending(), [answer])).toEqual({ done: expected });
  });
});

describe('what a Teams connector may be', () => {
  const check = (url: string) => () => teams.check({}, ['url'], { url });
  const workflow =
    'https://a1.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/b/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abc';
  const older =
    'https://prod-01.westeurope.logic.azure.com:443/workflows/b/triggers/manual/paths/invoke?api-version=2016-06-01&sp=x&sv=1.0&sig=abc';
  it.each([
    ['a workflow of the new form', workflow],
    ['a workflow of the older form', older],
    ['a receiver in development', 'http://127.0.0.1:8090/teams/soc'],
  ])('takes %s', (_title, url) => {
    expect(check(url)).not.toThrow();
  });

  it.each([
    ['a retired connector', 'https://acme.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d'],
    ['a retired connector of the oldest form', 'https://outlook.office.com/webhook/a@b/IncomingWebhook/c/d'],
    ['a retired connector at another name', 'https://outlook.office365.com/webhook/a'],
    ['a retired path behind a proxy', 'https://proxy.example.test/webhookb2/a'],
  ])('refuses %s and names workflows', (_title, url) => {
    expect(check(url)).toThrow(
      expect.objectContaining({ code: 'teams_retired', message: expect.stringContaining('workflow') as string }),
    );
  });

  it.each([
    ['a URL out of a web page', workflow.replaceAll('&', '&amp;')],
    ['a URL without its signature', workflow.replace('&sig=abc', '')],
    ['no URL', 'teams'],
  ])('refuses %s', (_title, url) => {
    expect(check(url)).toThrow(expect.objectContaining({ code: 'url_invalid', pointer: '/secrets/url' }));
  });
});
