import { findTarget } from './all-targets.js';
import { defaultCorrelationKey } from './correlation.js';
import { type CutUnit, measure } from './cut.js';
import { sampleConnectors } from './sample-connectors.fixture.js';
import { exampleSending } from './sending.fixture.js';
import type { HttpTargetRequest, MailTargetRequest, Sending, TargetRequest } from './target.js';
import { treeOf } from '@waybill/contracts/payload/json-tree';

/** The numbers of targets.md sections 1 to 7, written down once more: a limit that somebody changes in a room is found here. */
interface Limit {
  readonly target: string;
  readonly what: string;
  readonly max: number;
  readonly unit: CutUnit;
  /** The template's result with a text of the given filling in the place that is limited. */
  readonly make: (text: string) => unknown;
  /** What is counted, out of what is sent. */
  readonly read: (request: TargetRequest) => string;
  readonly sending?: Partial<Sending>;
}

interface Dict {
  readonly [key: string]: Dict | undefined;
}
const json = (request: TargetRequest): Dict => JSON.parse((request as HttpTargetRequest).body) as Dict;
const at =
  (...path: readonly (string | number)[]) =>
  (request: TargetRequest): string =>
    path.reduce<unknown>((value, key) => (value as Dict)[key as string], json(request)) as string;
const section = (text: string) => ({ blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] });
const known = { remembered: { ticket: 'OPS-1', memory: { id: '1' } }, correlationKey: 'k' };
const dataCenter = {
  config: { ...sampleConnectors['jira']?.config, deployment: 'data-center' },
  secretNames: ['token'],
};
const issue = (description: string) => ({ fields: { summary: 's', description } });
const request = (description: string) => ({ requestFieldValues: { summary: 's', description } });
const event = (more: object) => ({ payload: { summary: 's', source: 'x', severity: 'info', ...more } });

const limits: readonly Limit[] = [
  { target: 'slack', what: 'text', max: 40_000, unit: 'characters', make: (text) => ({ text }), read: at('text') },
  {
    target: 'slack',
    what: 'section',
    max: 3000,
    unit: 'characters',
    make: section,
    read: at('blocks', 0, 'text', 'text'),
  },
  {
    target: 'slack',
    what: 'field',
    max: 2000,
    unit: 'characters',
    make: (text) => ({ blocks: [{ type: 'section', fields: [{ type: 'mrkdwn', text }] }] }),
    read: at('blocks', 0, 'fields', 0, 'text'),
  },
  {
    target: 'slack',
    what: 'header',
    max: 150,
    unit: 'characters',
    make: (text) => ({ blocks: [{ type: 'header', text: { type: 'plain_text', text } }] }),
    read: at('blocks', 0, 'text', 'text'),
  },
  {
    target: 'teams',
    what: 'message',
    max: 22_000,
    unit: 'bytes',
    make: (text) => ({ type: 'AdaptiveCard', version: '1.4', body: [{ type: 'TextBlock', text }] }),
    read: (sent) => (sent as HttpTargetRequest).body,
  },
  {
    target: 'pagerduty',
    what: 'summary',
    max: 1024,
    unit: 'characters',
    make: (summary) => event({ summary }),
    read: at('payload', 'summary'),
  },
  {
    target: 'jira',
    what: 'summary',
    max: 255,
    unit: 'utf16',
    make: (summary) => ({ fields: { summary } }),
    read: at('fields', 'summary'),
  },
  {
    target: 'jira',
    what: 'label',
    max: 255,
    unit: 'utf16',
    make: (label) => ({ fields: { summary: 's', labels: [label] } }),
    read: at('fields', 'labels', 0),
  },
  {
    target: 'jira',
    what: 'description',
    max: 32_767,
    unit: 'utf16',
    make: issue,
    read: at('fields', 'description'),
    sending: dataCenter,
  },
  {
    target: 'jira',
    what: 'document',
    // Jira counts it in a form of its own; grafana keeps 87 back.
    max: 32_767 - 87,
    unit: 'utf16',
    make: issue,
    read: (sent) => JSON.stringify(json(sent)['fields']?.['description']),
  },
  {
    target: 'jira',
    what: 'comment',
    max: 32_767,
    unit: 'utf16',
    make: (text) => issue(text.slice(3)),
    read: at('body'),
    sending: { ...dataCenter, ...known },
  },
  {
    target: 'jira-service-management',
    what: 'summary',
    max: 255,
    unit: 'utf16',
    make: (summary) => ({ requestFieldValues: { summary } }),
    read: at('requestFieldValues', 'summary'),
  },
  {
    target: 'jira-service-management',
    what: 'description',
    max: 32_767,
    unit: 'utf16',
    make: request,
    read: at('requestFieldValues', 'description'),
  },
  {
    target: 'jira-service-management',
    what: 'comment',
    max: 32_767,
    unit: 'utf16',
    make: (text) => request(text.slice(3)),
    read: at('body'),
    sending: known,
  },
  {
    target: 'servicenow',
    what: 'short_description',
    max: 160,
    unit: 'characters',
    make: (text) => ({ short_description: text }),
    read: at('short_description'),
  },
  {
    target: 'servicenow',
    what: 'description',
    max: 4000,
    unit: 'characters',
    make: (text) => ({ description: text }),
    read: at('description'),
  },
  {
    target: 'servicenow',
    what: 'work note',
    max: 4000,
    unit: 'characters',
    make: (text) => ({ short_description: 's', description: text.slice(3) }),
    read: at('work_notes'),
    sending: known,
  },
  {
    target: 'email',
    what: 'subject',
    max: 255,
    unit: 'utf16',
    make: (subject) => ({ subject, text: 't', html: '' }),
    read: (sent) => (sent as MailTargetRequest).subject,
  },
];

function step(target: string, body: unknown, over: Partial<Sending> = {}) {
  const sample = sampleConnectors[target];
  const room = findTarget(target);
  if (sample === undefined || room === undefined) throw new Error(target);
  const base = { config: sample.config, secretNames: Object.keys(sample.secrets), body: JSON.stringify(body) };
  const next = room.next(exampleSending({ ...base, ...over }), []);
  if (!('send' in next)) throw new Error(JSON.stringify(next));
  return { sent: next.send, notes: next.notes ?? [] };
}

/** `a` up to the length that is wanted, and the cluster at its end, so that a cut falls into it. */
function filled({ max, unit, make, read, target, sending }: Limit, cluster: string, beyond: number): string {
  // What stands around the text counts too where a whole document is limited.
  const around = measure(read(step(target, make('xxxx'), sending).sent), unit) - 4;
  const tail = cluster.repeat(3);
  return 'a'.repeat(max + beyond - around - measure(tail, unit)) + tail;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const clusters: readonly (readonly [string, string])[] = [
  ['letters', 'b'],
  ['signs of two units', '🚨'],
  ['a family', '👨‍👩‍👧'],
  ['a letter with two accents', 'e\u0301\u0323'],
  ['a flag', '🇩🇪'],
];

describe.each(limits.map((limit) => [limit.target, limit.what, limit] as const))('%s, %s', (target, _what, limit) => {
  const { max, unit, make, read, sending } = limit;

  it.each(clusters)('is whole up to its limit and cut one past it, between graphemes, with %s', (_name, cluster) => {
    for (const beyond of [-1, 0]) {
      const whole = step(target, make(filled(limit, cluster, beyond)), sending);
      expect(measure(read(whole.sent), unit)).toBe(max + beyond);
      expect(whole.notes).toEqual([]);
    }
    const text = filled(limit, cluster, 1);
    const { sent, notes } = step(target, make(text), sending);
    const left = read(sent);
    expect(measure(left, unit)).toBeLessThanOrEqual(max);
    // No more is taken than needed: the mark, and the grapheme that it falls into.
    expect(measure(left, unit)).toBeGreaterThan(max - measure(cluster, unit) * 2 - 4);
    expect(left.isWellFormed()).toBe(true);
    expect(notes).toEqual([expect.stringMatching(new RegExp(`${max + 1}.*${max}`))]);
    const kept = /a{8}[^"…]*(?=…)/u.exec(left)?.[0] ?? '';
    const allowed = new Set([...graphemes.segment('a' + cluster)].map(({ segment }) => segment));
    expect([...graphemes.segment(kept)].filter(({ segment }) => !allowed.has(segment))).toEqual([]);
    expect(kept.length).toBeGreaterThan(8);
  });
});

describe('what is counted in items', () => {
  const rows: [string, number, (items: number) => unknown, (sent: Dict) => unknown][] = [
    ['blocks', 50, (n) => ({ blocks: Array(n).fill(section('a').blocks[0]) }), (sent) => sent['blocks']],
    [
      'fields',
      10,
      (n) => ({ blocks: [{ type: 'section', fields: Array(n).fill({ type: 'mrkdwn', text: 'a' }) }] }),
      (sent) => sent['blocks']?.[0]?.['fields'],
    ],
    [
      'context elements',
      10,
      (n) => ({ blocks: [{ type: 'context', elements: Array(n).fill({ type: 'mrkdwn', text: 'a' }) }] }),
      (sent) => sent['blocks']?.[0]?.['elements'],
    ],
    [
      'action elements',
      25,
      (n) => ({ blocks: [{ type: 'actions', elements: Array(n).fill({ type: 'button', text: { text: 'a' } }) }] }),
      (sent) => sent['blocks']?.[0]?.['elements'],
    ],
    ['attachments', 100, (n) => ({ attachments: Array(n).fill({ text: 'a' }) }), (sent) => sent['attachments']],
  ];
  it.each(rows)('Slack takes its %s', (what, max, make, read) => {
    for (const [given, taken] of [
      [max - 1, max - 1],
      [max, max],
      [max + 1, max],
    ] as const) {
      const { sent, notes } = step('slack', make(given));
      expect(read(json(sent))).toHaveLength(taken);
      expect(notes).toEqual(given === taken ? [] : [expect.stringContaining(`Of ${given} ${what} the first ${max}`)]);
    }
  });

  it('Slack takes 13,200 characters in all blocks together', () => {
    const blocks = (last: number) => ({
      blocks: [3000, 3000, 3000, 3000, last].map((length) => section('a'.repeat(length)).blocks[0]),
    });
    for (const [last, cut] of [
      [1199, false],
      [1200, false],
      [1201, true],
    ] as const) {
      const { sent, notes } = step('slack', blocks(last));
      const sum = (json(sent)['blocks'] as unknown as { text: { text: string } }[]).reduce(
        (all, { text }) => all + text.text.length,
        0,
      );
      expect([sum, notes.length]).toEqual(cut ? [13_200, 1] : [12_000 + last, 0]);
    }
  });

  it('PagerDuty takes 512 KiB, and gets its details or the reason why they are missing', () => {
    const size = (text: string) =>
      Buffer.byteLength((step('pagerduty', event({ custom_details: { text } })).sent as HttpTargetRequest).body);
    // The placeholder is as long as other things than the key that takes its place.
    const around = size('') - Buffer.byteLength('⟦secret:routingKey⟧') + 32;
    const max = 524_288;
    const filling = (beyond: number) => '🚨'.repeat(100) + 'a'.repeat(max - around - 400 + beyond);
    for (const beyond of [-1, 0]) {
      const { sent, notes } = step('pagerduty', event({ custom_details: { text: filling(beyond) } }));
      expect([json(sent)['payload']?.['custom_details']?.['text'], notes]).toEqual([filling(beyond), []]);
    }
    const { sent, notes } = step('pagerduty', event({ custom_details: { text: filling(1) } }));
    expect(json(sent)['payload']?.['custom_details']).toEqual({ error: expect.stringContaining('exceeds') as string });
    expect(notes).toHaveLength(1);
  });
});

describe('a key that is too long', () => {
  const keys: [string, string, number, string, (key: string) => Partial<Sending> & { body?: unknown }][] = [
    ['pagerduty', 'dedup_key', 255, 'of a subscription', (key) => ({ correlationKey: key })],
    ['pagerduty', 'dedup_key', 255, 'of a template', (key) => ({ body: { dedup_key: key, ...event({}) } as never })],
    ['servicenow', 'correlation_id', 100, 'of a subscription', (key) => ({ correlationKey: key })],
  ];
  it.each(keys)('at %s stays whole up to the limit of its %s (%i), %s', (target, member, max, _whose, over) => {
    const sentWith = (key: string) => {
      const { body, ...rest } = over(key) as { body?: object };
      const { sent, notes } = step(
        target,
        body ?? (target === 'pagerduty' ? event({}) : { short_description: 's' }),
        rest,
      );
      return { key: json(sent)[member] as unknown as string, notes };
    };
    for (const length of [max - 1, max])
      expect(sentWith('k'.repeat(length))).toEqual({ key: 'k'.repeat(length), notes: [] });
    const [one, other] = ['1', '2'].map((end) => sentWith('k'.repeat(max) + end));
    expect(one?.key).not.toBe(other?.key);
    expect(one?.key.length).toBeLessThanOrEqual(max);
    expect(sentWith('k'.repeat(max) + '1')).toEqual(one);
    expect(one?.notes).toEqual([
      expect.stringMatching(new RegExp(`^The ${member} is ${one?.key}, a name made of the whole key`)),
    ]);
  });

  it('of the default stays another one for another thing', () => {
    const key = (end: string) =>
      defaultCorrelationKey('jira', 'incident', treeOf({ incidentId: `${'🚨'.repeat(512)}${end}` }));
    expect([...(key('1') ?? '')]).toHaveLength(512);
    expect(key('1')).not.toBe(key('2'));
    expect(key('1')).toBe(key('1'));
    expect(key('1')?.isWellFormed()).toBe(true);
  });
});
