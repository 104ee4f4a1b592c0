import { builtInTypes } from '@waybill/contracts/notification-types/built-in-types';
import { treeOf } from '@waybill/contracts/payload/json-tree';
import { type Act, actOf } from './act.js';

describe('the act of a notification', () => {
  const rows: [string, string, unknown, Act][] = [
    ['an open incident is a trigger', 'incident', { customer_status: { status: 'open' } }, 'trigger'],
    ['a completed incident is over', 'incident', { customer_status: { status: 'completed' } }, 'resolve'],
    ['a closed incident is over', 'incident', { customer_status: { status: 'closed' } }, 'resolve'],
    ['the flat spelling counts where it stands alone', 'incident', { customer_status_status: 'completed' }, 'resolve'],
    [
      'both spellings agree',
      'incident',
      { customer_status: { status: 'closed' }, customer_status_status: 'closed' },
      'resolve',
    ],
    [
      'an incident whose two spellings disagree, as in the published sample, is not over',
      'incident',
      { customer_status: { status: 'completed' }, customer_status_status: 'open' },
      'trigger',
    ],
    ['a snoozed incident is taken', 'incident', { customer_status: { status: 'snoozed' } }, 'acknowledge'],
    ['an incident with a snooze is taken', 'incident', { snooze_status: { snoozed: true } }, 'acknowledge'],
    ['a snooze written as text is not read', 'incident', { snooze_status: { snoozed: 'true' } }, 'trigger'],
    ['an incident without a status is a trigger', 'incident', {}, 'trigger'],
    ['a status that is no text is a trigger', 'incident', { customer_status: { status: 1 } }, 'trigger'],
    [
      'another type with the same field is a trigger',
      'observation',
      { customer_status: { status: 'closed' } },
      'trigger',
    ],
    ['the publisher may say it for any type', 'deploy.finished', { waybill: { act: 'resolve' } }, 'resolve'],
    [
      'the word of the publisher comes first',
      'incident',
      { waybill: { act: 'trigger' }, customer_status: { status: 'closed' } },
      'trigger',
    ],
    [
      'an unknown word of the publisher is not read',
      'incident',
      { waybill: { act: 'close' }, customer_status: { status: 'closed' } },
      'resolve',
    ],
  ];
  it.each(rows)('%s', (_title, type, payload, expected) => {
    expect(actOf(type, treeOf(payload))).toBe(expected);
  });

  it.each(builtInTypes.map(({ type, sample }) => [type, sample] as const))(
    'the sample of %s is new, so that a test of a connector shows something',
    (type, sample) => {
      expect(actOf(type, treeOf(sample))).toBe('trigger');
    },
  );
});
