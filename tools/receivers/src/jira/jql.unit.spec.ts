import { clausesOf, holds } from './jql.js';
import { JiraStore, type Issue } from './store.js';

const issue: Issue = new JiraStore().create({
  project: 'SEC',
  createdAtMs: 0,
  createdBy: 'a',
  fields: { summary: 'Disk full and "hot" on srv01', labels: ['waybill-1', 'soc'], description: 'Look at /var' },
  request: null,
});

describe('a JQL query', () => {
  it.each([
    ['a label', 'labels = "waybill-1"', true],
    ['another label', 'labels = "waybill-2"', false],
    ['two clauses that hold', 'project = SEC AND labels = soc ORDER BY created DESC', true],
    ['two clauses of which one fails', 'project = SEC and labels != soc', false],
    ['words of the summary in any order', 'summary ~ "full disk"', true],
    ['a word that is only part of one', 'summary ~ "dis"', false],
    ['an AND within quotes', 'summary ~ "disk full and"', true],
    ['an escaped quote', 'summary ~ "and \\"hot\\""', true],
    ['a word of the description', 'text ~ var', true],
    ['a key', 'key = SEC-1', true],
    ['what is newer than a day', 'created >= "-1d" ORDER BY created DESC', true],
    ['what is older than ten minutes', 'created >= "-10m"', false],
    ['an open status', 'statusCategory != Done', true],
  ])('answers for %s', (_title, jql, expected) => {
    const clauses = clausesOf(jql);
    expect(typeof clauses === 'string' ? clauses : clauses.every((clause) => holds(issue, clause, 3_600_000))).toBe(
      expected,
    );
  });

  it.each([
    ['nothing', ' '],
    ['OR', 'project = SEC OR project = OPS'],
    ['an unknown field', 'colour = red'],
    ['an open quote', 'labels = "a'],
  ])('is refused for %s', (_title, jql) => {
    expect(clausesOf(jql)).toEqual(expect.any(String));
  });
});
