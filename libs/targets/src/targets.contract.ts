import { builtInTypes } from '@waybill/contracts/notification-types/built-in-types';
import { type JsonTree, treeOf } from '@waybill/contracts/payload/json-tree';
import { renderMarkdown } from '@waybill/template/markdown';
import { renderJson } from '@waybill/template/render';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { actOf } from './act.js';
import { retryAfterMsMax } from './answers.js';
import { defaultCorrelationKey } from './correlation.js';
import type { Outcome } from './outcome.js';
import { attemptReasons as reasons } from '@waybill/contracts/codes/attempt-reasons';
import { cleanReceipt } from './receipt.js';
import type { SampleConnector } from './sample-connectors.fixture.js';
import { exampleSending, httpAnswer, noAnswer } from './sending.fixture.js';
import { httpAnswers, mailAnswers, receipts } from './answers.fixture.js';
import {
  type Answer,
  escapeRuleOf,
  type MailTargetRequest,
  type Sending,
  type Step,
  stepsMax,
  type Target,
  type TargetRequest,
} from './target.js';

/** What holds for every room, whatever it delivers to. A new room passes this before it has a spec of its own. */
export function targetContract(target: Target, sample: SampleConnector): void {
  const { descriptor } = target;
  describe(`the room of ${descriptor.id}`, () => {
    describeDescriptor(target, sample);
    describeTemplates(target, sample);
    describeRequests(target, sample);
    describeAnswers(target, sample);
  });
}

export const builtInSamples: readonly (readonly [type: string, payload: JsonTree])[] = [
  ...builtInTypes.map(({ type, sample }) => [type, treeOf(sample)] as const),
  ['deploy.finished', treeOf({ service: 'api', version: '1.2.3', ok: true, seconds: 12.5, steps: ['build', 'test'] })],
];

function ajv(): Ajv2020 {
  const schemas = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  addFormats.default(schemas);
  return schemas;
}

function describeDescriptor({ descriptor, check }: Target, sample: SampleConnector): void {
  it('has forms that compile and take the sample connector', () => {
    for (const [schema, value] of [
      [descriptor.form, sample.config],
      [descriptor.secrets, sample.secrets],
    ] as const) {
      const validate = ajv().compile(schema);
      validate(value);
      expect(validate.errors).toBeNull();
      expect(validate({ ...value, unheardOf: 1 })).toBe(false);
    }
  });

  it('names and explains every field', () => {
    for (const schema of [descriptor.form, descriptor.secrets]) {
      for (const [name, field] of Object.entries(
        (schema['properties'] ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        expect([name, typeof field['title'], typeof field['description']]).toEqual([name, 'string', 'string']);
      }
    }
    expect(descriptor.help.length).toBeGreaterThan(200);
    expect(descriptor.description.endsWith('.')).toBe(true);
  });

  it('has defaults that its own form takes', () => {
    const properties = (descriptor.form['properties'] ?? {}) as Record<string, Record<string, unknown>>;
    const defaults = Object.entries(properties).filter(([, field]) => 'default' in field);
    const config = {
      ...sample.config,
      ...Object.fromEntries(defaults.map(([name, field]) => [name, field['default']])),
    };
    const validate = ajv().compile(descriptor.form);
    validate(config);
    expect(validate.errors).toBeNull();
  });

  it('accepts the sample connector', () => {
    expect(() => check({ ...sample.config }, Object.keys(sample.secrets), { ...sample.secrets })).not.toThrow();
  });
}

function describeTemplates(target: Target, sample: SampleConnector): void {
  const { descriptor } = target;

  it('has default templates for the four types and for any other', () => {
    expect(Object.keys(descriptor.templates).sort()).toEqual([
      'generic',
      'health',
      'incident',
      'observation',
      'scheduled-report',
    ]);
  });

  it('has default templates that are JSON when their tags are put away', () => {
    for (const { format, body } of Object.values(descriptor.templates)) {
      if (format === 'json') expect(() => JSON.parse(body.replace(/\{\{[^}]*\}\}/g, 'x')) as unknown).not.toThrow();
    }
  });

  it.each(builtInSamples)('has a default template that finds all it names in the sample of %s', (type, payload) => {
    expect(renderDefault(target, type, payload).missing).toEqual([]);
  });

  it.each(builtInSamples)('makes a request of the sample of %s', (type, payload) => {
    const request = firstRequest(target, sending(target, sample, type, payload));
    if (request.kind === 'http') expect(() => JSON.parse(request.body) as unknown).not.toThrow();
    else
      expect([request.subject, request.text, request.html].map((part) => part.length > 10)).toEqual([true, true, true]);
  });

  it('makes a request of an empty payload', () => {
    for (const [type] of builtInSamples) firstRequest(target, sending(target, sample, type, new Map()));
  });
}

/** Renders a default template as the delivery service does. */
export function renderDefault(target: Target, type: string, payload: JsonTree) {
  const { templates } = target.descriptor;
  const template = templates[type] ?? templates['generic'];
  if (template?.format !== 'json') throw new Error('default templates are json, so that they need no engine');
  const context = treeOf({ notification: { id: 'ntf_1', type, source: 'spec', time: '2026-11-24T06:00:00.000Z' } });
  return renderJson(template.body, payload, { escape: escapeRuleOf(target.descriptor), context });
}

function sending(
  target: Target,
  sample: SampleConnector,
  type: string,
  payload: JsonTree,
  over: Partial<Sending> = {},
): Sending {
  const { text } = renderDefault(target, type, payload);
  const correlationKey = defaultCorrelationKey(target.descriptor.id, type, payload);
  const act = actOf(type, payload);
  return exampleSending({
    config: sample.config,
    secretNames: Object.keys(sample.secrets),
    body: target.descriptor.id === 'email' ? mailBody(text) : text,
    notificationType: type,
    correlationKey,
    act: correlationKey === null ? 'trigger' : act,
    ...over,
  });
}

function mailBody(text: string): string {
  const { subject, markdown } = JSON.parse(text) as { subject: string; markdown: string };
  return JSON.stringify({ subject, ...renderMarkdown(markdown) });
}

function firstRequest(target: Target, of: Sending): TargetRequest {
  const step = target.next(of, []);
  if (!('send' in step)) throw new Error(`no request: ${JSON.stringify(step.done)}`);
  return step.send;
}

function describeRequests(target: Target, sample: SampleConnector): void {
  it('never puts the value of a secret into a request, and names only secrets that are set', () => {
    for (const [type, payload] of builtInSamples) {
      const request = JSON.stringify(firstRequest(target, sending(target, sample, type, payload)));
      for (const value of Object.values(sample.secrets)) expect(request).not.toContain(value);
      for (const [, name] of request.matchAll(/\u27e6secret:([^\u27e7]*)\u27e7/g))
        expect(Object.keys(sample.secrets)).toContain(name);
    }
  });

  it('gives data no way to ask for a secret', () => {
    const evil = '\u27e6secret:url\u27e7 \u27e6secret:token\u27e7';
    const payload = treeOf({
      incident: { summary: evil, description: evil, recommendations: evil },
      incidentId: evil,
      customer: evil,
    });
    const of = sending(target, sample, 'incident', payload, { correlationKey: evil });
    const request = firstRequest(target, of);
    const text = request.kind === 'http' ? request.body : mailText(request);
    expect(
      [...text.matchAll(/\u27e6secret:([^\u27e7]*)/g)].map(([, name]) => name).filter((name) => name !== 'routingKey'),
    ).toEqual([]);
  });

  it('makes the same request again at every attempt of a delivery', () => {
    for (const [type, payload] of builtInSamples) {
      const of = (attempt: number) => firstRequest(target, sending(target, sample, type, payload, { attempt }));
      expect(of(7)).toEqual(of(1));
    }
  });
}

const mailText = ({ subject, text, html, headers }: MailTargetRequest): string =>
  JSON.stringify([subject, text, html, headers]);

const seeds = { numRuns: 200 };

function describeAnswers(target: Target, sample: SampleConnector): void {
  const isMail = target.descriptor.id === 'email';
  const answers = isMail ? mailAnswers(sample) : httpAnswers;
  const sendings = sendingsOf(target, sample);

  it('comes to an outcome that is well formed within its requests, whatever is answered', () => {
    fc.assert(
      fc.property(sendings, fc.array(answers, { minLength: stepsMax, maxLength: stepsMax }), (of, given) => {
        const { outcome, requests } = play(target, of, given);
        expect(requests).toBeLessThanOrEqual(stepsMax);
        checkOutcome(outcome);
      }),
      seeds,
    );
  });

  it('says the same twice', () => {
    fc.assert(
      fc.property(sendings, fc.array(answers, { maxLength: stepsMax }), (of, given) => {
        expect(target.next(of, given)).toEqual(target.next(of, given));
      }),
      seeds,
    );
  });

  it('says unknown only where something was sent and not refused', () => {
    fc.assert(
      fc.property(sendings, fc.array(answers, { minLength: stepsMax, maxLength: stepsMax }), (of, given) => {
        const { outcome, last } = play(target, of, given);
        if (outcome.kind !== 'unknown') return;
        const maySay =
          last?.kind === 'none' ? last.sent : last?.kind === 'http' ? last.status === 201 : last !== undefined;
        expect(maySay).toBe(true);
      }),
      seeds,
    );
  });

  if (!isMail) describeHttpAnswers(target, sample);
}

function describeHttpAnswers(target: Target, sample: SampleConnector): void {
  const first = (): Sending => sending(target, sample, 'incident', builtInSamples[0]?.[1] ?? null);

  it.each([300, 301, 302, 303, 307, 308])('refuses %i and never follows it', (status) => {
    const answer = httpAnswer(status, '', { location: 'https://elsewhere.example.test/' });
    expect(target.next(first(), [answer])).toMatchObject({
      done: { kind: 'refused', retry: 'never', reason: 'redirect_refused' },
    });
  });

  it.each([500, 502, 503, 504, 599])('tries again later after %i', (status) => {
    expect(target.next(first(), [httpAnswer(status)])).toMatchObject({ done: { kind: 'refused', retry: 'later' } });
  });

  it.each([408, 425, 429])('tries again later after %i, as long as it is asked to wait', (status) => {
    const answer = httpAnswer(status, '', { 'retry-after': '7' });
    expect(target.next(first(), [answer])).toMatchObject({
      done: { kind: 'refused', retry: 'later', retryAfterMs: 7000 },
    });
  });

  it.each([400, 401, 403, 404, 405, 413, 415, 422])('does not try again after %i', (status) => {
    expect(target.next(first(), [httpAnswer(status)])).toMatchObject({ done: { kind: 'refused', retry: 'never' } });
  });

  it('takes no more than a day from a hostile Retry-After', () => {
    const answer = httpAnswer(429, '', { 'retry-after': '1000000000000' });
    expect(target.next(first(), [answer])).toMatchObject({ done: { retryAfterMs: retryAfterMsMax } });
  });

  it('is unknown where the first request may have arrived, and as egress says where it cannot', () => {
    expect(target.next(first(), [noAnswer('reset', true)])).toMatchObject({
      done: { kind: 'unknown', reason: 'reset' },
    });
    expect(target.next(first(), [noAnswer('dns_failed', false)])).toMatchObject({
      done: { kind: 'refused', retry: 'later', reason: 'dns_failed' },
    });
    expect(target.next(first(), [noAnswer('egress_blocked', false, 'never')])).toMatchObject({
      done: { kind: 'refused', retry: 'never' },
    });
  });
}

function play(
  target: Target,
  of: Sending,
  answers: readonly Answer[],
): { outcome: Outcome; requests: number; last: Answer | undefined } {
  for (let given = 0; given <= stepsMax; given++) {
    const step: Step = target.next(of, answers.slice(0, given));
    if ('done' in step) return { outcome: step.done, requests: given, last: answers[given - 1] };
  }
  throw new Error('asks for more requests than an attempt has');
}

function checkOutcome(outcome: Outcome): void {
  const { receipt = null } = outcome;
  if (receipt !== null) expect(receipt).toEqual(cleanReceipt(receipt));
  if (outcome.kind === 'accepted') return;
  expect(outcome.reason).toMatch(/^[a-z][a-z0-9_]*$/);
  // Codes of egress pass through; every code of a room is in the list, and means there what it says here.
  expect(Object.keys(reasons)).toContain(outcome.reason);
  if (outcome.kind === 'unknown') return;
  const { retryAfterMs } = outcome;
  if (retryAfterMs === undefined) return;
  expect(outcome.retry).toBe('later');
  expect(retryAfterMs).toBeGreaterThanOrEqual(0);
  expect(retryAfterMs).toBeLessThanOrEqual(retryAfterMsMax);
}

/** Sendings of every kind, also with bodies that no template of ours has given. */
function sendingsOf(target: Target, sample: SampleConnector): fc.Arbitrary<Sending> {
  return fc
    .record({
      sample: fc.constantFrom(...builtInSamples),
      act: fc.constantFrom('trigger' as const, 'acknowledge' as const, 'resolve' as const),
      correlationKey: fc.option(fc.string()),
      afterUnknown: fc.boolean(),
      attempt: fc.integer({ min: 1, max: 13 }),
      remembered: receipts(),
      body: fc.option(fc.oneof(fc.json(), fc.string())),
    })
    .map(({ sample: [type, payload], body, ...over }) =>
      sending(target, sample, type, payload, body === null ? over : { ...over, body }),
    );
}
