import { treeOf } from '@waybill/contracts/payload/json-tree';
import { correlationCharactersMax, defaultCorrelationKey, defaultCorrelationPaths } from './correlation.js';

describe('the default correlation key', () => {
  const rows: [string, string, string, unknown, string | null][] = [
    ['an incident is known by its id', 'jira', 'incident', { incidentId: '5F04D7E3' }, '5F04D7E3'],
    [
      'an observation is known by its id',
      'servicenow',
      'observation',
      { extra: { observation_id: '25257372' } },
      '25257372',
    ],
    ['a number is its digits', 'jira', 'incident', { incidentId: 42 }, '42'],
    ['an incident without an id has no key', 'pagerduty', 'incident', {}, null],
    ['a blank id is no key', 'pagerduty', 'incident', { incidentId: ' ' }, null],
    ['an id that is an object is no key', 'pagerduty', 'incident', { incidentId: { a: 1 } }, null],
    [
      'a health fault is known to PagerDuty by asset and kind',
      'pagerduty',
      'health',
      { asset_key: '/aws/1', alert_type: 'offline' },
      '/aws/1:offline',
    ],
    ['a health fault with half of its key has none', 'pagerduty', 'health', { asset_key: '/aws/1' }, null],
    [
      'a health fault has a ticket of its own each time',
      'jira',
      'health',
      { asset_key: '/aws/1', alert_type: 'offline' },
      null,
    ],
    ['a message has no key', 'slack', 'incident', { incidentId: '5F04D7E3' }, null],
    ['another type has no key', 'jira', 'deploy.finished', { incidentId: '5F04D7E3' }, null],
  ];
  it.each(rows)('%s', (_title, target, type, payload, expected) => {
    expect(defaultCorrelationKey(target, type, treeOf(payload))).toBe(expected);
  });

  it('is cut at its bound', () => {
    const key = (length: number) =>
      defaultCorrelationKey('jira', 'incident', treeOf({ incidentId: 'x'.repeat(length) }));
    expect(key(correlationCharactersMax)).toHaveLength(correlationCharactersMax);
    expect(key(correlationCharactersMax + 1)).toHaveLength(correlationCharactersMax);
  });

  it.each(['constructor', '__proto__', 'valueOf'])('has none for the type or the target %s', (name) => {
    expect(defaultCorrelationKey('jira', name, treeOf({ incidentId: '1' }))).toBeNull();
    expect(defaultCorrelationKey(name, 'incident', treeOf({ incidentId: '1' }))).toBeNull();
    expect(defaultCorrelationPaths(name)).toEqual({});
  });

  it('shows its paths', () => {
    expect(defaultCorrelationPaths('jira')['incident']).toEqual(['incidentId']);
    expect(defaultCorrelationPaths('slack')).toEqual({});
  });
});
