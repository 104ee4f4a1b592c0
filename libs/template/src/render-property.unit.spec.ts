import { parseJson } from '@waybill/contracts/payload/json-text';
import { type JsonTree, stringifyTree, toPlain, treeOf } from '@waybill/contracts/payload/json-tree';
import fc from 'fast-check';
import type { EscapeName } from './escape.js';
import { checkTemplate, renderJson, renderLine } from './render.js';
import { outputBytesMax, reservedCharacter, TemplateFailed, TemplateRefused } from './template.js';

const names = ['a', 'b', 'c', 'constructor', '__proto__', 'toString', 'length', '0', '1', 'x.y'];
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '"',
    '\\',
    '"}},"admin":true',
    '{{a}}',
    '{{#a}}',
    '\u27e6secret:token\u27e7',
    '\u2028',
    '\u0000',
    '<!channel>',
    '\ud83d\ude00',
    '\r\nBcc: x',
  ),
);
const scalar = fc.oneof(
  hostile,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const payloads = fc.letrec<{ node: unknown; object: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('node'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom(...names.filter((name) => name !== '__proto__')), tie('node'), { maxKeys: 5 }),
})).object;

const path = fc.oneof(
  fc.constantFrom(...names, '.'),
  fc
    .array(fc.constantFrom(...names.filter((name) => !name.includes('.'))), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('.')),
);
const inString = fc.letrec<{ part: string; parts: string }>((tie) => ({
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('x', ' ', '\\n', '\\"', '{ ', '}}', '\\u0041', '\ud83d\ude00', '{{! c }}'),
    path.map((name) => `{{ ${name} }}`),
    fc
      .tuple(fc.constantFrom('#', '^'), path, tie('parts'))
      .map(([sign, name, body]) => `{{${sign}${name}}}${body}{{/${name}}}`),
  ),
  parts: fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
})).parts;
const bodies = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    inString.map((text) => `"${text}"`),
    path.map((name) => `{{${name}}}`),
    path.map((name) => `{"$value":"${name}"}`),
    fc.constantFrom('null', '-1.50e3', 'true', '[]', '{ }'),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => `[${values.join(' ,')}]`),
    fc
      .array(tie('value'), { maxLength: 3 })
      .map((values) => `{${values.map((value, index) => `"k${index}": ${value}`).join(',')}}`),
  ),
})).value;
const escapes = fc.constantFrom<EscapeName>('none', 'slack-mrkdwn', 'teams-markdown', 'jira-wiki', 'html', 'line');

describe('any payload and any accepted template', () => {
  it('give valid JSON without an open placeholder, or the declared error', () => {
    fc.assert(
      fc.property(payloads, bodies, escapes, (plain, body, escape) => {
        const payload = treeOf(plain);
        let text: string;
        try {
          text = renderJson(body, payload, { escape }).text;
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateFailed);
          return;
        }
        JSON.parse(text);
        expect(text).not.toContain(reservedCharacter);
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toMatch(/\[object|native code|function /);
      }),
      { numRuns: 3000 },
    );
  });

  it('give the shape that the template has, whatever the values hold', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 2, maxLength: 2 }), escapes, ([a, b], escape) => {
        const rendered = JSON.parse(renderJson('{"x":"{{a}}","y":["-{{b}}-"]}', treeOf({ a, b }), { escape }).text) as {
          x: string;
          y: string[];
        };
        expect(Object.keys(rendered)).toEqual(['x', 'y']);
        expect(rendered.y).toHaveLength(1);
        if (escape === 'none') expect(rendered).toEqual({ x: a?.toWellFormed(), y: [`-${b?.toWellFormed()}-`] });
      }),
    );
  });

  it('give a whole value back as it came', () => {
    fc.assert(
      fc.property(payloads, (plain) => {
        const text = stringifyTree(treeOf(plain));
        fc.pre(text.isWellFormed() && !/\\ud[89a-f]/.test(text) && !text.includes('__proto__'));
        const payload = parseJson(`{"v":${text}}`);
        expect(toPlain(parseJson(renderJson('{"w":{{v}}}', payload).text))).toEqual({
          w: toPlain((payload as Map<string, JsonTree>).get('v') as JsonTree),
        });
      }),
    );
  });
});

describe('any text as a template', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '{{',
    '}}',
    '{{#a}}',
    '{{/a}}',
    '{{^b}}',
    '"',
    '\\',
    ':',
    ',',
    '[',
    ']',
    'a',
    '.',
    '#',
    '1',
    '{"a":"',
    '"}',
    '\n',
    '$value',
    '\u27e6',
  );

  it('is accepted or refused with a place, and what is accepted renders JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 16 }), async (parts) => {
        const body = parts.join('');
        const faults = await checkTemplate({ format: 'json', body });
        if (faults.length > 0) {
          expect(faults[0]?.line).toBeGreaterThan(0);
          expect(faults[0]?.column).toBeGreaterThan(0);
        } else JSON.parse(renderJson(body, parseJson('{"a":["\\"",{"b":1}],"b":{}}')).text);
      }),
      { numRuns: 3000 },
    );
  });

  it('renders one line as a line template, or is refused', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), payloads, (parts, plain) => {
        try {
          const { text } = renderLine(parts.join(''), treeOf(plain), { lengthMax: 40 });
          expect(text).not.toMatch(/[\u0000-\u001f\u27e6]/);
          expect(text.length).toBeLessThanOrEqual(40);
        } catch (error) {
          expect(error instanceof TemplateRefused || error instanceof TemplateFailed).toBe(true);
        }
      }),
    );
  });
});

describe('a hostile template', () => {
  it('ends within its budgets whatever it loops over', () => {
    const bodies = fc
      .array(fc.constantFrom('{{a}}', '{{.}}', 'xxxxxxxxxx', ''), { maxLength: 30 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 2000 }),
        bodies,
        (depth, elements, inner) => {
          const payload = treeOf({ a: new Array(elements).fill('y') });
          const body = `{"v":"${'{{#a}}'.repeat(depth)}${inner}${'{{/a}}'.repeat(depth)}"}`;
          try {
            expect(renderJson(body, payload).text.length).toBeLessThanOrEqual(outputBytesMax);
          } catch (error) {
            expect(error).toMatchObject({ code: 'template_limit' });
          }
        },
      ),
    );
  });
});
