import { parseJson } from '@waybill/contracts/payload/json-text';
import { checkTemplate, renderJson } from './render.js';
import {
  outputBytesMax,
  pathSegmentsMax,
  sectionDepthMax,
  stepsMax,
  tagsMax,
  templateBytesMax,
  templateDepthMax,
  TemplateFailed,
  TemplateRefused,
  turnsMax,
} from './template.js';

function refusal(body: string) {
  try {
    renderJson(body, parseJson('{}'));
  } catch (refused) {
    if (refused instanceof TemplateRefused) return refused.faults[0];
    throw refused;
  }
  throw new Error('the template was accepted');
}

function failure(body: string, payload: string): string {
  try {
    renderJson(body, parseJson(payload));
  } catch (failed) {
    if (failed instanceof TemplateFailed) return failed.code;
    throw failed;
  }
  return 'rendered';
}

describe('a template with a fault', () => {
  const sections = (depth: number) => `{"a":"${'{{#x}}'.repeat(depth)}${'{{/x}}'.repeat(depth)}"}`;
  const lists = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const tags = (count: number) => `{"a":"${'{{x}}'.repeat(count)}"}`;
  const path = (count: number) => `{"a":"{{${'x.'.repeat(count - 1)}x}}"}`;
  const sized = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;

  const refused: [string, string, string, number, number][] = [
    ['an unclosed tag', '{"a": "{{incident.summary"', 'template_tag_unclosed', 1, 8],
    ['a tag that would end in a later one', '{"a":"{{x","b":"{{y}}"}', 'template_tag_unclosed', 1, 7],
    ['a tag with one closing brace', '{"a":"{{x}"}', 'template_tag_unclosed', 1, 7],
    ['triple braces', '{\n"a":"{{{x}}}"}', 'template_tag_unsupported', 2, 6],
    ['an unescaped value', '{"a":"{{&x}}"}', 'template_tag_unsupported', 1, 7],
    ['a partial', '{"a":"{{>x}}"}', 'template_tag_unsupported', 1, 7],
    ['other delimiters', '{"a":"{{=<% %>=}}"}', 'template_tag_unsupported', 1, 7],
    ['an empty tag', '{"a":"{{ }}"}', 'template_path_invalid', 1, 7],
    ['a helper of Handlebars', '{"a":"{{#if x}}y{{/if}}"}', 'template_path_invalid', 1, 7],
    ['an empty part of a path', '{"a":"{{x..y}}"}', 'template_path_invalid', 1, 7],
    ['a parent path', '{"a":"{{../x}}"}', 'template_path_invalid', 1, 7],
    ['an unclosed section', '{"a":"{{#x}}y","b":1}', 'template_section_unclosed', 1, 7],
    ['a section that goes on in another string', '{"a":"{{#x}}","b":"{{/x}}"}', 'template_section_unclosed', 1, 7],
    ['crossed sections', '{"a":"{{#x}}{{#y}}{{/x}}{{/y}}"}', 'template_section_crossed', 1, 19],
    ['a section that was never opened', '{"a":"{{/x}}"}', 'template_section_crossed', 1, 7],
    ['a section outside a string', '{"a":{{#x}}1{{/x}}}', 'template_tag_misplaced', 1, 6],
    ['a tag in a key', '{"k{{x}}":1}', 'template_tag_misplaced', 1, 4],
    ['a key that stands twice', '{"a":1,"\\u0061":2}', 'template_duplicate_key', 1, 8],
    ['the key __proto__', '{"__proto__":1}', 'template_invalid_json', 1, 2],
    ['$value beside another key', '{"$value":"a","b":1}', 'template_invalid_json', 1, 2],
    ['$value that is no path', '{"$value":1}', 'template_invalid_json', 1, 2],
    ['JSON that is broken', '{"a":1,}', 'template_invalid_json', 1, 8],
    ['two values', '{}{}', 'template_invalid_json', 1, 3],
    ['nothing', '', 'template_invalid_json', 1, 1],
    ['half a surrogate pair', '{"a":"\\ud800"}', 'template_invalid_json', 1, 7],
    ['an unknown escape', '{"a":"\\q"}', 'template_invalid_json', 1, 7],
    ["a secret's placeholder", '{"a":"\u27e6secret:token\u27e7"}', 'template_reserved_character', 1, 7],
    ["a secret's placeholder as an escape", '{"a":"\\u27E6secret:token"}', 'template_reserved_character', 1, 7],
    ["a secret's placeholder in a key", '{"\u27e6":1}', 'template_reserved_character', 1, 3],
    ['501 tags', tags(tagsMax + 1), 'template_too_many_tags', 1, 7 + tagsMax * 5],
    ['sections 17 deep', sections(sectionDepthMax + 1), 'template_too_deep', 1, 7 + sectionDepthMax * 6],
    [
      'ten thousand sections (IN-04)',
      `{"a":"${'{{#x}}'.repeat(5000)}"}`,
      'template_too_deep',
      1,
      7 + sectionDepthMax * 6,
    ],
    ['lists 33 deep', lists(templateDepthMax + 1), 'template_too_deep', 1, templateDepthMax + 1],
    ['a path of 33 parts', path(pathSegmentsMax + 1), 'template_path_invalid', 1, 7],
    ['one byte more than 32 KiB', sized(templateBytesMax + 1), 'template_too_large', 1, 1],
  ];
  it.each(refused)('is refused with its place: %s', async (_what, body, code, line, column) => {
    expect(refusal(body)).toMatchObject({ code, line, column });
    expect(await checkTemplate({ format: 'json', body })).toMatchObject([{ code, line, column }]);
  });

  const accepted: [string, string][] = [
    ['500 tags', tags(tagsMax)],
    ['sections 16 deep', sections(sectionDepthMax)],
    ['lists 32 deep', lists(templateDepthMax)],
    ['a path of 32 parts', path(pathSegmentsMax)],
    ['32 KiB', sized(templateBytesMax)],
  ];
  it.each(accepted)('is not one at the bound: %s', async (_what, body) => {
    expect(await checkTemplate({ format: 'json', body })).toEqual([]);
  });
});

describe('a rendering that goes past a budget', () => {
  const list = (count: number) => `{"x":[${new Array(count).fill('1').join(',')}]}`;

  it.each([
    ['a loop in a loop in a loop (IN-02)', '{"a":"{{#x}}{{#x}}{{#x}}aaaaaaaaaa{{/x}}{{/x}}{{/x}}"}'],
    ['the same with empty bodies (IN-03)', '{"a":"{{#x}}{{#x}}{{#x}}{{/x}}{{/x}}{{/x}}"}'],
  ])('is ended: %s', (_what, body) => {
    expect(failure(body, list(100))).toBe('template_limit');
  });

  it('may take 10,000 turns and not one more', () => {
    expect(failure('{"a":"{{#x}}{{/x}}"}', list(turnsMax))).toBe('rendered');
    expect(failure('{"a":"{{#x}}{{/x}}"}', list(turnsMax + 1))).toBe('template_limit');
  });

  it('may take 100,000 steps and not one more', () => {
    // Literal, section and closing literal are 3 steps; each turn runs the tags of the body, ten for 9,999 elements.
    const tagsOf = (extra: number) => `{"a":"{{#x}}${'{{y}}'.repeat(10)}{{/x}}${'{{y}}'.repeat(extra)}"}`;
    expect(failure(tagsOf(stepsMax - 99_990 - 3), list(9_999))).toBe('rendered');
    expect(failure(tagsOf(stepsMax - 99_990 - 2), list(9_999))).toBe('template_limit');
  });

  it('counts text of which an escape leaves nothing', () => {
    const turned = `{"x":"${'\u202e'.repeat(80_000)}"}`;
    expect(() => renderJson(`{"a":"${'{{x}}'.repeat(400)}"}`, parseJson(turned), { escape: 'line' })).toThrow(
      TemplateFailed,
    );
  });

  it('counts the elements of a list that is joined', () => {
    expect(failure(`{"a":"${'{{x}}'.repeat(3)}"}`, `{"x":[${new Array(40_000).fill('null').join(',')}]}`)).toBe(
      'template_limit',
    );
  });

  it('may give 272 KiB and not one byte more, counted in UTF-8', () => {
    const payload = (length: number) => `{"v":"${'x'.repeat(length)}"}`;
    expect(failure('{"a":"{{v}}{{v}}"}', payload((outputBytesMax - 8) / 2))).toBe('rendered');
    expect(failure('{"ab":"{{v}}{{v}}"}', payload((outputBytesMax - 8) / 2))).toBe('template_limit');
    expect(failure('{"a":"{{v}}{{v}}"}', `{"v":"${'\u20ac'.repeat(50_000)}"}`)).toBe('template_limit');
  });
});
