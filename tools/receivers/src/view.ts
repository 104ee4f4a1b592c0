import type { Controlled } from './control.js';

/** One page that shows what people would see in the tools: read it after a demo, or beside a failing test. */
export function viewOf(desk: Controlled): string {
  const states = Object.fromEntries(desk.rooms.map((room) => [room.target, room.state()]));
  const body = [
    section('Slack', list(states['slack'], 'messages'), ['at', 'service', 'text', 'blocks', 'attachments']),
    section('Teams', list(states['teams'], 'runs'), ['at', 'workflow', 'status', 'title', 'error', 'card']),
    section('PagerDuty', list(states['pagerduty'], 'alerts'), ['status', 'severity', 'summary', 'dedupKey', 'log']),
    section('Jira', list(states['jira'], 'issues'), ['key', 'status', 'summary', 'description', 'comments', 'history']),
    section('Jira Service Management', list(states['jsm'], 'requests'), [
      ...['key', 'status', 'summary', 'description', 'comments', 'history'],
    ]),
    ...Object.entries(states['servicenow'] ?? {}).map(([table, rows]) =>
      section(`ServiceNow ${table}`, Array.isArray(rows) ? rows : [], [
        ...[
          'number',
          'state',
          'priority',
          'short_description',
          'description',
          'correlation_id',
          'close_code',
          'journal',
        ],
      ]),
    ),
    section('Mail', list(states['email'], 'mails'), ['at', 'from', 'recipients', 'subject', 'text', 'verdict']),
    section('Everything that arrived', received(desk), ['at', 'target', 'name', 'status', 'verdict', 'body']),
  ];
  return page(body.join('\n'));
}

type Entry = Record<string, unknown>;

/** The newest of each kind; a page of thousands would help nobody. */
const shownMax = 100;
const textMax = 2_000;

function list(state: Entry | undefined, key: string): readonly Entry[] {
  const entries = state?.[key];
  return Array.isArray(entries) ? (entries as Entry[]) : [];
}

function received(desk: Controlled): readonly Entry[] {
  return desk.ledger
    .list({})
    .items.slice(-shownMax)
    .map((item) => ({
      at: new Date(item.atMs).toISOString(),
      target: item.target,
      name: item.name,
      status: item.status,
      verdict: item.verdict,
      body: item.body.subarray(0, textMax).toString('utf8'),
    }));
}

function section(title: string, entries: readonly Entry[], columns: readonly string[]): string {
  if (entries.length === 0) return `<h2>${escaped(title)}</h2><p>nothing</p>`;
  const head = columns.map((column) => `<th>${escaped(column)}</th>`).join('');
  const rows = entries
    .slice(-shownMax)
    .reverse()
    .map((entry) => {
      const cells = columns.map((column) => `<td>${escaped(textOf(entry[column]))}</td>`).join('');
      return `<tr>${cells}</tr>`;
    });
  return `<h2>${escaped(title)} (${entries.length})</h2><table><tr>${head}</tr>${rows.join('\n')}</table>`;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 1);
  return text.length > textMax ? `${text.slice(0, textMax)}…` : text;
}

function page(body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Receivers</title><style>
body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem; color: #222; background: #fff; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
th, td { border: 1px solid #ccc; padding: .3rem .5rem; text-align: left; vertical-align: top; }
td { white-space: pre-wrap; overflow-wrap: anywhere; max-width: 40rem; }
</style></head><body><h1>What has arrived</h1>
${body}
</body></html>`;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
