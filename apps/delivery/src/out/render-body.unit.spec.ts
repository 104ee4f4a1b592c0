import { treeOf } from '@waybill/contracts/payload/json-tree';
import { allTargets, findTarget } from '@waybill/targets/all-targets';
import type { JqEngine } from '@waybill/template/jq-engine';
import { renderBody, templateFor } from './render-body.js';

const noEngine: JqEngine = {
  run: () => Promise.reject(new Error('no jq here')),
  check: () => Promise.reject(new Error('no jq here')),
};

async function bodyOf(id: string, template: unknown, payload: unknown, config = {}): Promise<unknown> {
  const target = findTarget(id);
  if (target === undefined) throw new Error(id);
  const templates = { incident: { format: 'json' as const, body: JSON.stringify(template) } };
  const facts = { id: 'ntf_1', type: 'incident', source: 'spec', time: '2026-11-24T06:00:00.000Z' };
  const input = { target, config, templates, facts, payload: treeOf(payload), nowAt: facts.time };
  return JSON.parse((await renderBody(input, noEngine)).text) as unknown;
}

it.each(['constructor', '__proto__', 'toString'])(
  'the type %s has the generic template, as any other that has none',
  (type) => {
    for (const { descriptor, ...rest } of allTargets)
      expect(templateFor({ descriptor, ...rest }, {}, type).from).toBe('default:generic');
  },
);

describe('what a delivery renders', () => {
  const link = 'https://console.example.com/a_b?x=1&y=(2)';
  const rows: [string, string, unknown, unknown][] = [
    [
      'an address of Slack is no text',
      'slack',
      { text: '{{x}}', url: '{{x}}' },
      { text: link.replace('&', '&amp;'), url: link },
    ],
    [
      'an address of a Teams button is no Markdown',
      'teams',
      { actions: [{ url: '{{x}}' }] },
      { actions: [{ url: link }] },
    ],
    [
      'the HTML of a mail is HTML, and its text is not',
      'email',
      { subject: 's', text: '{{h}}', html: '<p>{{h}}</p>' },
      { subject: 's', text: '<b>&</b>', html: '<p>&lt;b&gt;&amp;&lt;/b&gt;</p>' },
    ],
    [
      'a subject is one line',
      'email',
      { subject: '{{l}}', text: 't', html: 'h' },
      { subject: 'a b', text: 't', html: 'h' },
    ],
    ['a journal of ServiceNow has no HTML', 'servicenow', { work_notes: '{{c}}' }, { work_notes: '[ code ]' }],
  ];
  it.each(rows)('%s', async (_title, id, template, expected) => {
    expect(await bodyOf(id, template, { x: link, h: '<b>&</b>', l: 'a\r\nb\u202e', c: '[code]' })).toEqual(expected);
  });
});
