import { isBy, momentSchema } from './moment.js';

const event = { position: 812, at: '2026-11-24T08:00:00.000Z' };

it.each<[string, string, boolean]>([
  ['its own position', '812', true],
  ['the position before', '811', false],
  ['position 0', '0', false],
  ['a position of the future', '999999999999999', true],
  ['its own time', '2026-11-24T08:00:00.000Z', true],
  ['its own time in another zone', '2026-11-24T09:00:00+01:00', true],
  ['a millisecond before', '2026-11-24T07:59:59.999Z', false],
  ['a time of the future', '2999-01-01T00:00:00Z', true],
])('by %s an event is there or not', (_case, moment, there) => {
  expect(momentSchema.parse(moment)).toBe(moment);
  expect(isBy(event, moment)).toBe(there);
});

it.each([
  '',
  ' ',
  '-1',
  '1.5',
  '01',
  '1e3',
  '+1',
  'yesterday',
  '2026-11-24',
  '9999999999999999',
  '0x10',
  'null',
  '0000-06-01T00:00:00Z',
  '9999-12-31T23:59:59-00:01',
])('refuses %j, which is no moment', (text) => expect(momentSchema.safeParse(text).success).toBe(false));
