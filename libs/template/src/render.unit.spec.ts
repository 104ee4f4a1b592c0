import { parseJson } from '@waybill/contracts/payload/json-text';
import {
  incidentText,
  observationText,
  serviceDeskIncidentJson,
  slackObservationJson,
  teamsIncidentJson,
  webhookIncidentJson,
} from '@waybill/testkit/documented-templates';
import type { EscapeRule } from './escape.js';
import { checkLine, checkTemplate, renderJson, renderLine, renderTemplate } from './render.js';
import { outputBytesMax, templateBytesMax, TemplateFailed, TemplateRefused } from './template.js';

const incident = parseJson(incidentText);
const observation = parseJson(observationText);
const description = '**Attack Detail**:  \n**Attacker:** 172.31.37.117, local_ip \n**Targets:** 122.99.34.111';

const text = (body: string, payload: string, escape?: EscapeRule) =>
  renderJson(body, parseJson(payload), escape === undefined ? {} : { escape }).text;

describe('the templates that the original system documents', () => {
  it('renders the webhook sample (A1)', () => {
    const rendered = renderJson(webhookIncidentJson, incident);
    expect(JSON.parse(rendered.text)).toEqual({
      account_id: '2',
      customer_name: 'XYZ Corporation',
      deployment_name: '',
      short_incident_id: 'ww1k39',
      long_incident_id: '5F04D7E3-000A-8420-0002-757900000000',
      summary: '',
      description,
      recommendations: 'Isolate "host" & clean it.',
      attacker: '',
      victim: "['username1', 'username2']",
      timestamp: '2020-07-07T20:18:12.220264+00:00',
      threat_rating: 'Medium',
      incident_class: 'authentication:activity',
      status: 'completed',
    });
    expect(rendered.missing).toEqual(['assets.al__deployment', 'summary', 'attacker.value']);
  });

  it('renders the service desk template with blanks inside its braces (A5)', () => {
    expect(JSON.parse(renderJson(serviceDeskIncidentJson, incident).text)).toEqual({
      serviceDeskId: '4',
      requestTypeId: '27',
      requestFieldValues: { summary: 'Brute force attempt from 1.2.3.4', description },
    });
  });

  it('renders the Teams card (A7)', () => {
    const card = JSON.parse(renderJson(teamsIncidentJson, incident).text) as {
      sections: { activitySubtitle: string; facts: { name: string; value: string }[] }[];
      potentialAction: { targets: { uri: string }[] }[];
    };
    expect(card.sections[0]?.activitySubtitle).toBe('ID: ww1k39 | Customer: XYZ Corporation | Deployment: ');
    expect(card.sections[0]?.facts[2]).toEqual({ name: 'Escalated:', value: 'true' });
    expect(card.potentialAction[0]?.targets[0]?.uri).toBe('https://console.alertlogic.com/fake/incident/url');
  });

  it('renders the Slack blocks (A7)', () => {
    const message = JSON.parse(renderJson(slackObservationJson, observation).text) as {
      text: string;
      blocks: { text?: { text: string }; fields?: { text: string }[] }[];
    };
    expect(message.text).toBe('test');
    expect(message.blocks[0]?.text?.text).toBe('*Summary:* test');
    expect(message.blocks[4]?.text?.text).toBe('*Recommendations:* ');
    expect(message.blocks[6]?.fields?.[1]?.text).toBe('12345678');
  });

  it('renders an e-mail subject with a list of addresses (A8)', () => {
    const subject = '[{{incident_threat_rating}}] {{incident.summary}} ({{humanFriendlyId}}) {{extra.location_ip}}';
    expect(renderLine(subject, incident).text).toBe(
      '[Medium] Brute force attempt from 1.2.3.4 (ww1k39) 192.0.2.1 192.0.2.25',
    );
  });
});

describe('renderJson', () => {
  const rendered: [string, string, string, string][] = [
    [
      'a number in quotes as text, digits kept',
      '{"a":"{{n}}"}',
      '{"n":1594153092.22026420}',
      '{"a":"1594153092.22026420"}',
    ],
    [
      'an unquoted tag as the value itself',
      '{"a": {{n}} }',
      '{"n":12345678901234567890}',
      '{"a":12345678901234567890}',
    ],
    [
      'an unquoted tag in a list',
      '[{{n}},{{s}},{{o}}]',
      '{"n":1.0,"s":"x\\"","o":{"b":[1.50,null]}}',
      '[1.0,"x\\"",{"b":[1.50,null]}]',
    ],
    [
      'a $value node as the value itself',
      '{"a":{"$value":"o"}}',
      '{"o":{"10":1,"2":[true]}}',
      '{"a":{"10":1,"2":[true]}}',
    ],
    ['a $value node that holds a tag', '{"a":{ "$value" : "{{ o }}" }}', '{"o":false}', '{"a":false}'],
    ['a $value that is not there as null', '{"a":{"$value":"x"}}', '{}', '{"a":null}'],
    [
      "the template's own order and spelling",
      ' { "b" : 1.50 , "a" : "\\u0041" , "e":[ ], "f":{ } } ',
      '{}',
      '{"b":1.50,"a":"\\u0041","e":[],"f":{}}',
    ],
    ['null as nothing', '{"a":"[{{n}}]"}', '{"n":null}', '{"a":"[]"}'],
    ['scalars of a list with a blank between', '{"a":"{{l}}"}', '{"l":["x",1.0,null,true]}', '{"a":"x 1.0 true"}'],
    ['a list of objects as compact JSON', '{"a":"{{l}}"}', '{"l":[{"x": 1.0}]}', '{"a":"[{\\"x\\":1.0}]"}'],
    ['an element by its number', '{"a":"{{l.1.x}}"}', '{"l":[0,{"x":"y"}]}', '{"a":"y"}'],
    [
      'a key with dots when it is the whole path',
      '{"a":"{{x.y}}"}',
      '{"x.y":"whole","x":{"y":"parts"}}',
      '{"a":"whole"}',
    ],
    ['a section a turn an element', '{"a":"{{#l}}<{{.}}>{{/l}}"}', '{"l":["x",2]}', '{"a":"<x><2>"}'],
    [
      'members of each element',
      '{"a":"{{#l}}{{n}}:{{top}};{{/l}}"}',
      '{"l":[{"n":1},{"n":2}],"top":"t"}',
      '{"a":"1:t;2:t;"}',
    ],
    [
      'no hole of an element from outside',
      '{"a":"{{#l}}{{n.x}};{{/l}}"}',
      '{"l":[{"n":{}},{}],"n":{"x":"outer"}}',
      '{"a":";outer;"}',
    ],
    ['a section of an object once', '{"a":"{{#o}}{{x}}{{/o}}"}', '{"o":{"x":1}}', '{"a":"1"}'],
    ['a section of text once', '{"a":"{{#s}}has {{.}}{{/s}}"}', '{"s":"it"}', '{"a":"has it"}'],
    [
      'no section of false, null, zero, empty text, an empty list, nothing',
      '{"a":"{{#f}}1{{/f}}{{#n}}2{{/n}}{{#z}}3{{/z}}{{#e}}4{{/e}}{{#l}}5{{/l}}{{#x}}6{{/x}}"}',
      '{"f":false,"n":null,"z":0.0,"e":"","l":[]}',
      '{"a":""}',
    ],
    [
      'an inverted section where there is nothing',
      '{"a":"{{^x}}none{{/x}}{{^y}}some{{/y}}"}',
      '{"y":1}',
      '{"a":"none"}',
    ],
    [
      'sections in sections',
      '{"a":"{{#l}}{{#m}}{{.}}{{/m}}|{{/l}}"}',
      '{"l":[{"m":[1,2]},{"m":[3]}]}',
      '{"a":"12|3|"}',
    ],
    ['comments as nothing', '{"a":"x{{! a note }}y"}', '{}', '{"a":"xy"}'],
    ['single braces and closing braces as they stand', '{"a":"{x} }} { {"}', '{}', '{"a":"{x} }} { {"}'],
    ['escaped braces as text', '{"a":"\\u007b{x}}"}', '{"x":1}', '{"a":"\\u007b{x}}"}'],
    [
      'a value that tries to leave its string (IN-07)',
      '{"a":"{{v}}"}',
      '{"v":"\\"}},\\"admin\\":true"}',
      '{"a":"\\"}},\\"admin\\":true"}',
    ],
    ['a value that is a tag, as text', '{"a":"{{v}}"}', '{"v":"{{w}}","w":"no"}', '{"a":"{{w}}"}'],
    [
      'separators and control characters as escapes (IN-08)',
      '{"a":"{{v}}"}',
      '{"v":"\\u0000\\u2028\\u007f"}',
      '{"a":"\\u0000\\u2028\u007f"}',
    ],
    [
      'U+27E6 of data as an escape, in values and keys',
      '{"a":"{{v}}","b":{{o}}}',
      '{"v":"\u27e6secret:token\u27e7","o":{"\u27e6":["\u27e6"]}}',
      '{"a":"\\u27e6secret:token\u27e7","b":{"\\u27e6":["\\u27e6"]}}',
    ],
  ];
  it.each(rendered)('renders %s', (_what, body, payload, expected) => {
    expect(text(body, payload)).toBe(expected);
  });

  it.each(['constructor', '__proto__', 'a.constructor.name', 'toString', 'a.size', 'l.length', 'l.0.constructor'])(
    'reaches nothing but own values: %s is missing (IN-01)',
    (path) => {
      const { text: out, missing } = renderJson(`{"v":"{{${path}}}"}`, parseJson('{"a":{"x":1},"l":["x"]}'));
      expect(out).toBe('{"v":""}');
      expect(missing).toEqual([path]);
    },
  );

  it('reports every missing path once, and says so in words', () => {
    const { missing, warnings } = renderJson('{"a":"{{x}}{{x}}{{#y}}1{{/y}}","b":{{z.q}}}', incident);
    expect(missing).toEqual(['x', 'z.q']);
    expect(warnings).toHaveLength(2);
  });

  it('finds facts about the notification, whatever the payload calls its own members', () => {
    const context = parseJson('{"notification":{"type":"incident"}}');
    const body = '["{{notification.type}}","{{notification.title}}","{{#list}}{{notification.type}}{{n}}{{/list}}"]';
    const rendered = (payload: string) => renderJson(body, parseJson(payload), { context }).text;
    expect(rendered('{"list":[{"n":1}]}')).toBe('["incident","","incident1"]');
    expect(rendered('{"notification":{"type":"forged","title":"T"}}')).toBe('["incident","T",""]');
    expect(rendered('{"notification":"words"}')).toBe('["incident","",""]');
    expect(rendered('{"list":[{"n":1,"notification":{"type":"of the element"}}]}')).toBe(
      '["incident","","of the element1"]',
    );
  });

  it('escapes by the key at which a value lands', () => {
    const rule: EscapeRule = { otherwise: 'slack-mrkdwn', keys: { url: 'none' } };
    const body = '{"text":"<{{v}}>","url":"{{v}}","list":[["{{v}}"]],"whole":{"$value":"o"},"url2":{"url":[{{v}}]}}';
    expect(text(body, '{"v":"<!channel>&","o":{"k<":["<"]}}', rule)).toBe(
      '{"text":"<&lt;!channel&gt;&amp;>","url":"<!channel>&","list":[["&lt;!channel&gt;&amp;"]],"whole":{"k<":["&lt;"]},"url2":{"url":["<!channel>&"]}}',
    );
  });
});

describe('renderLine', () => {
  const at = (payload: string) => parseJson(payload);

  it('gives one line whatever the value holds', () => {
    expect(renderLine('x{{v}}', at('{"v":"a\\r\\nBcc: y@z\\u0000\\u0085\\u2028b"}')).text).toBe('xa Bcc: y@z b');
  });

  it('writes no character that could open a placeholder', () => {
    expect(renderLine('{{v}}', at('{"v":"\u27e6secret:x\u27e7"}')).text).toBe('[secret:x\u27e7');
  });

  it('cuts at the length asked for, never inside a pair, and says so', () => {
    expect(renderLine('{{v}}', at('{"v":"abcd"}'), { lengthMax: 4 })).toMatchObject({ text: 'abcd', cut: false });
    expect(renderLine('{{v}}', at('{"v":"abcde"}'), { lengthMax: 4 })).toMatchObject({ text: 'abcd', cut: true });
    expect(renderLine('{{v}}', at('{"v":"abc\ud83d\ude00"}'), { lengthMax: 4 })).toMatchObject({
      text: 'abc',
      cut: true,
    });
  });

  it('tells the faults of its template with their place', () => {
    expect(checkLine('ok {{a.b}}')).toEqual([]);
    expect(checkLine('x\n{{a')).toMatchObject([{ code: 'template_tag_unclosed', line: 2, column: 1 }]);
    expect(checkLine('{{#a}}')).toMatchObject([{ code: 'template_section_unclosed' }]);
    expect(checkLine('\u27e6')).toMatchObject([{ code: 'template_reserved_character' }]);
  });
});

describe('renderTemplate with jq', () => {
  const engine = {
    run: (program: string, input: string) => Promise.resolve(`${program}${input}`),
    check: () => Promise.resolve([{ line: 2, column: 3, message: 'm' }]),
  };

  it('hands the program and the payload to the engine and lets no placeholder through', async () => {
    const payload = parseJson('{ "a": "\u27e6" }');
    expect((await renderTemplate({ format: 'jq', body: '1,' }, payload, { engine })).text).toBe('1,{"a":"\\u27e6"}');
    await expect(renderTemplate({ format: 'jq', body: '"\u27e6"' }, payload, { engine })).rejects.toThrow(
      TemplateRefused,
    );
  });

  it('gives the faults that the engine finds', async () => {
    expect(await checkTemplate({ format: 'jq', body: '.' }, engine)).toEqual([
      { code: 'template_jq_syntax', line: 2, column: 3, message: 'm' },
    ]);
    expect(await checkTemplate({ format: 'jq', body: 'x'.repeat(templateBytesMax + 1) }, engine)).toMatchObject([
      { code: 'template_too_large' },
    ]);
  });

  it('gives at most 272 KiB', async () => {
    const large = { ...engine, run: () => Promise.resolve(`"${'x'.repeat(outputBytesMax)}"`) };
    await expect(renderTemplate({ format: 'jq', body: '.' }, incident, { engine: large })).rejects.toThrow(
      TemplateFailed,
    );
  });
});
