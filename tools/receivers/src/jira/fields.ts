import { characters } from '../bounded.js';
import { isBlank, isObject } from '../call.js';
import type { Rule } from '../rule.js';
import type { JiraCall } from './jira-call.js';

const summaryMax = 255;
export const textMax = 32_767;
export const tooLong = 'The entered text is too long. It exceeds the allowed limit of 32,767 characters.';
const adfText = 'Operation value must be an Atlassian Document (see the Atlassian Document Format)';
const usualFields = [
  ...['project', 'issuetype', 'summary', 'description', 'labels', 'priority', 'assignee', 'reporter', 'components'],
  ...['duedate', 'environment', 'parent', 'security'],
];

/** On a summary that is there: its type, its length, its line ends. JSM has the same rules. */
const summaryFaults: readonly (readonly [
  id: string,
  then: string,
  isFault: (summary: unknown, unit: string) => boolean,
])[] = [
  ['type', 'Operation value must be a string', (summary) => typeof summary !== 'string'],
  [
    'length',
    "Summary can't exceed 255 characters.",
    (summary, unit) =>
      typeof summary === 'string' && (unit === 'utf-16' ? summary.length : characters(summary)) > summaryMax,
  ],
  [
    'newline',
    'The summary is invalid because it contains newline characters.',
    (summary) => typeof summary === 'string' && /[\n\r]/.test(summary),
  ],
];

export function summaryFault(summary: unknown, unit: string): string | null {
  return summaryFaults.find(([, , isFault]) => isFault(summary, unit))?.[1] ?? null;
}

type FieldFault = (fields: Record<string, unknown>, call: JiraCall) => Readonly<Record<string, string>> | null;

/** Rules on single fields, for create and edit: every fault goes into one answer. On edit only what is given is judged. */
const fieldFaults: readonly (readonly [id: string, row: string, when: string, then: string, fault: FieldFault])[] = [
  ['project', '9.4/5', 'project unknown', 'errors.project', projectFault],
  ['issuetype', '9.4/5', 'issue type unknown', 'errors.issuetype', typeFault],
  ['summary-missing', '9.4/6', 'summary missing or blank', 'You must specify a summary of the issue.', summaryMissing],
  ...summaryFaults.map(
    ([id, then, isFault]) =>
      [
        `summary-${id}`,
        '9.4/6',
        `summary breaks the rule of its ${id}`,
        then,
        ({ summary }: Record<string, unknown>, call: JiraCall) =>
          !isBlank(summary) && isFault(summary, call.options.summaryUnit) ? { summary: then } : null,
      ] as const,
  ),
  [
    'description-adf',
    '9.4/7',
    'v3: description is no Atlassian Document with version',
    adfText,
    ({ description }, call) =>
      call.route.version === '3' && !isBlank(description) && !isAdf(description) ? { description: adfText } : null,
  ],
  [
    'description-string',
    '9.4/7',
    'v2: description is no string',
    'Operation value must be a string',
    ({ description }, call) =>
      call.route.version === '2' && !isBlank(description) && typeof description !== 'string'
        ? { description: 'Operation value must be a string' }
        : null,
  ],
  [
    'description-length',
    '9.4/8',
    'description (v3: serialised) over 32,767',
    tooLong,
    ({ description }) => (serialisedLength(description) > textMax ? { description: tooLong } : null),
  ],
  ['label', '9.4/9', 'label with whitespace', "The label '…' contains spaces which is invalid.", labelFault],
  ['priority', '9.4/10', 'priority not in the scheme', 'The priority selected is invalid.', priorityFault],
  [
    'screen',
    '9.4/11',
    'field not on the screen',
    "Field 'x' cannot be set. It is not on the appropriate screen, or unknown.",
    screenFault,
  ],
];

export const fieldRules: readonly Rule<JiraCall>[] = fieldFaults.map(([id, row, when, then, fault]) => ({
  id: `jira.${id}`,
  row,
  when,
  then: `400 ${then}`,
  check: (call) => {
    if (call.route.operation !== 'create' && call.route.operation !== 'edit') return null;
    const found = fault(fieldsOf(call), call);
    if (found === null) return null;
    // The first fault of a field is the one that is told.
    for (const [name, text] of Object.entries(found)) call.errors[name] ??= text;
    return 'noted';
  },
}));

export function fieldsOf(call: JiraCall): Record<string, unknown> {
  const fields = call.fields['fields'];
  return isObject(fields) ? fields : {};
}

export function isAdf(value: unknown): boolean {
  return isObject(value) && value['type'] === 'doc' && value['version'] === 1 && Array.isArray(value['content']);
}

export function hasEmptyText(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasEmptyText);
  if (!isObject(value)) return false;
  return (
    (value['type'] === 'text' && !(typeof value['text'] === 'string' && value['text'] !== '')) ||
    hasEmptyText(value['content'])
  );
}

export function serialisedLength(value: unknown): number {
  if (typeof value === 'string') return characters(value);
  return isObject(value) ? characters(JSON.stringify(value)) : 0;
}

function isCreate(call: JiraCall): boolean {
  return call.route.operation === 'create';
}

function projectFault(fields: Record<string, unknown>, call: JiraCall): Readonly<Record<string, string>> | null {
  if (!isCreate(call)) return null;
  return projectOf(fields, call.options.projects) === null ? { project: 'Specify a valid project ID or key' } : null;
}

export function projectOf(fields: Record<string, unknown>, projects: readonly string[]): string | null {
  const project = isObject(fields['project']) ? fields['project'] : {};
  return projects.find((key, i) => project['key'] === key || project['id'] === String(10_000 + i)) ?? null;
}

function typeFault({ issuetype }: Record<string, unknown>, call: JiraCall): Readonly<Record<string, string>> | null {
  if (issuetype === undefined && !isCreate(call)) return null;
  const type = isObject(issuetype) ? issuetype : {};
  const known = call.options.issueTypes.some((name, i) => type['name'] === name || type['id'] === String(10_001 + i));
  return known ? null : { issuetype: 'Specify a valid issue type' };
}

function summaryMissing(fields: Record<string, unknown>, call: JiraCall): Readonly<Record<string, string>> | null {
  if (!isCreate(call) && !('summary' in fields)) return null;
  return isBlank(fields['summary']) ? { summary: 'You must specify a summary of the issue.' } : null;
}

/** Labels of `fields` and those that an edit adds. */
function labelFault({ labels }: Record<string, unknown>, call: JiraCall): Readonly<Record<string, string>> | null {
  const update = isObject(call.fields['update']) ? call.fields['update']['labels'] : [];
  const added = listOf(update).map((one) => (isObject(one) ? one['add'] : undefined));
  const all = [...listOf(labels), ...added];
  const bad = all.find((label): label is string => typeof label === 'string' && /\s/.test(label));
  return bad === undefined ? null : { labels: `The label '${bad}' contains spaces which is invalid.` };
}

function priorityFault({ priority }: Record<string, unknown>, call: JiraCall): Readonly<Record<string, string>> | null {
  if (priority === undefined || priority === null) return null;
  if (!isObject(priority)) return { priority: 'Specify the Priority (name) in the string format' };
  const known = call.options.priorities.some(
    (name, i) => priority['name'] === name || priority['id'] === String(i + 1),
  );
  return known ? null : { priority: 'The priority selected is invalid.' };
}

function screenFault(fields: Record<string, unknown>, call: JiraCall): Readonly<Record<string, string>> | null {
  const allowed = [...usualFields, ...call.options.screenFields];
  const strangers = Object.keys(fields).filter((name) => !allowed.includes(name));
  if (strangers.length === 0) return null;
  return Object.fromEntries(
    strangers.map((name) => [name, `Field '${name}' cannot be set. It is not on the appropriate screen, or unknown.`]),
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
