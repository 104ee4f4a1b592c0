import { type JsonTree, treeOf } from '@waybill/contracts/payload/json-tree';
import { renderMarkdown } from '@waybill/template/markdown';
import fc from 'fast-check';
import { allTargets, findTarget } from './all-targets.js';
import { hostileTexts, placesOf, withTexts } from './injection.fixture.js';
import { judges } from './injection.judges.fixture.js';
import { sampleConnectors } from './sample-connectors.fixture.js';
import { exampleSending } from './sending.fixture.js';
import type { HttpTargetRequest, Sending, Target, TargetRequest } from './target.js';
import { builtInSamples, renderDefault } from './targets.contract.js';

/** A default template of the target with this payload and this key of the thing, as far as its first request. */
function requestOf(target: Target, type: string, payload: JsonTree, key: string | null, over: Partial<Sending> = {}) {
  const sample = sampleConnectors[target.descriptor.id];
  if (sample === undefined) throw new Error(`${target.descriptor.id} has no sample connector`);
  const { text } = renderDefault(target, type, payload);
  const step = target.next(
    exampleSending({
      config: sample.config,
      secretNames: Object.keys(sample.secrets),
      body: target.descriptor.id === 'email' ? mailBody(text) : text,
      notificationType: type,
      correlationKey: key,
      ...over,
    }),
    [],
  );
  if (!('send' in step)) throw new Error(`no request: ${JSON.stringify(step.done)}`);
  return step.send;
}

function mailBody(text: string): string {
  const { subject, markdown } = JSON.parse(text) as { subject: string; markdown: string };
  return JSON.stringify({ subject, ...renderMarkdown(markdown) });
}

/** Everything but the texts: where the request goes, its headers, and the places of its JSON. */
function frameOf(request: TargetRequest): unknown {
  if (request.kind === 'http') {
    const { body: _body, ...frame } = request;
    return frame;
  }
  const { subject: _subject, text: _text, html: _html, headers, ...frame } = request;
  return { ...frame, headers: Object.keys(headers) };
}

function newPlaces(hostile: TargetRequest, plain: TargetRequest): readonly string[] {
  if (hostile.kind !== 'http' || plain.kind !== 'http') return [];
  const allowed = placesOf(JSON.parse(plain.body));
  return [...placesOf(JSON.parse(hostile.body))].filter((place) => !allowed.has(place));
}

/** Secrets that egress would put in, beyond those of the same request without hostile data. */
function placeholdersOf(request: TargetRequest): readonly string[] {
  return [...JSON.stringify(request).matchAll(/\u27e6secret:[^\u27e7]*\u27e7/g)].map(([whole]) => whole);
}

function checkAll(target: Target, type: string, sample: JsonTree, text: string): void {
  // A text that every field can have, and that no field gives away: it decides which places there are.
  const plain = requestOf(target, type, withTexts(sample, 'https://www.example.com/x'), 'INC-1');
  const hostile = requestOf(target, type, withTexts(sample, text), text === '' ? 'x' : text);
  expect(frameOf(hostile)).toEqual(frameOf(plain));
  expect(newPlaces(hostile, plain)).toEqual([]);
  expect(placeholdersOf(hostile)).toEqual(placeholdersOf(plain));
  expect(judges[target.descriptor.id]?.(hostile) ?? []).toEqual([]);
}

describe.each(allTargets.map((target) => [target.descriptor.id, target] as const))('data at %s', (_id, target) => {
  it.each(hostileTexts)('is only shown: %s', (_what, text) => {
    for (const [type, sample] of builtInSamples) checkAll(target, type, sample, text);
  });

  it('is only shown, whatever it is', () => {
    const marks = fc.constantFrom(
      ...hostileTexts.map(([, text]) => text),
      '<',
      '>',
      '[',
      '](',
      '{',
      '{{',
      '\\',
      '"',
      '\n',
      '|',
      '!',
      '@',
      ' ',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.array(marks, { maxLength: 6 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...builtInSamples), texts, ([type, sample], text) =>
        checkAll(target, type, sample, text),
      ),
      { numRuns: 150 },
    );
  });

  it('adds nothing as the name of a member', () => {
    // `__proto__` is refused before it comes here (contract.md section 3).
    const names = ['constructor', 'toString', '"', '\u2028', '</script>', '\u27e6secret:url\u27e7'];
    const payload = treeOf({});
    if (!(payload instanceof Map)) throw new Error('a payload is an object');
    for (const name of names) payload.set(name, new Map([[name, 'x']]));
    const request = requestOf(target, 'deploy.finished', payload, null);
    if (request.kind === 'http') {
      const read = JSON.parse(request.body) as object;
      expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
      expect(placeholdersOf(request)).toEqual(placeholdersOf(requestOf(target, 'deploy.finished', treeOf({}), null)));
    }
  });
});

describe('a look-up by the key or the texts of a thing', () => {
  const lookUp = (id: string, text: string) => {
    const target = findTarget(id);
    if (target === undefined) throw new Error(id);
    const sample = builtInSamples[0]?.[1] ?? null;
    return requestOf(target, 'incident', withTexts(sample, text), text, { afterUnknown: true }) as HttpTargetRequest;
  };
  const jql = (request: HttpTargetRequest) => (JSON.parse(request.body) as { jql: string }).jql;

  it.each(hostileTexts)('asks for nothing else: %s', (_what, text) => {
    expect(jql(lookUp('jira', text))).toMatch(/^labels = "waybill-[\w-]+"$/);
    expect(jql(lookUp('jira-service-management', text))).toMatch(
      /^(?:summary ~ "[\p{L}\p{M}\p{N} ._-]+"|created >= "-1d" ORDER BY created DESC)$/u,
    );
    expect(jql(lookUp('jira-service-management', text))).not.toMatch(/"[^"]*\b(?:AND|OR|NOT)\b[^"]*"/);
    const query = new URL(lookUp('servicenow', text).url).searchParams.get('sysparm_query') ?? '';
    expect(query).toMatch(/^correlation_id=(?!javascript:|NULL\^)[\w.:-]{1,100}\^ORDERBYDESCsys_created_on$/i);
  });
});
