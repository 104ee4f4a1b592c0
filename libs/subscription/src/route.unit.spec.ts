import { parseJson } from '@waybill/contracts/payload/json-text';
import { Refused } from '@waybill/decider/decider';
import { compileFilter, everything } from './filter.js';
import { lookInto } from './look.js';
import { fanOutMax, route, type Route } from './route.js';
import type { SubscriptionShape } from './subscription.js';

const facts = { tenant: 'default', type: 'incident', id: 'e1', source: 'soc', time: '2026-11-24T10:00:00.000Z' };
const payload = parseJson('{"host":"db1","rating":"High"}');
const seen = { facts, payload, look: lookInto(facts, payload) };
const whole = (text: string) => () => ({ text, missing: [] });
const now = Date.parse(facts.time);
const none = () => undefined;

const routeOf = (shape: Partial<SubscriptionShape>, more: Partial<Route> = {}): Route => ({
  subscription: {
    id: 'sub_1',
    name: 'SOC',
    connectorIds: ['con_1'],
    types: ['incident'],
    filter: null,
    suppression: { minutes: 0, key: null },
    correlationKey: null,
    ...shape,
  },
  version: 3,
  filter: everything,
  suppressionKey: null,
  correlationKey: null,
  ...more,
});

describe('routing', () => {
  it('chooses every subscription that matches, each by its own rule', () => {
    const low = compileFilter({ '=': [{ source: 'rating' }, 'Low'] });
    const decision = route(
      [routeOf({}), routeOf({ id: 'sub_2' }), routeOf({ id: 'sub_3' }, { filter: low })],
      seen,
      none,
      now,
    );
    expect(decision.chosen.map((one) => one.subscriptionId)).toEqual(['sub_1', 'sub_2']);
  });

  it('opens a window with the first notification of a subscription that suppresses', () => {
    const decision = route(
      [routeOf({ suppression: { minutes: 60, key: '{{host}}' } }, { suppressionKey: whole('db1') })],
      seen,
      none,
      now,
    );
    expect(decision.chosen).toHaveLength(1);
    expect(decision.opened).toEqual([{ subscriptionId: 'sub_1', key: 'db1', minutes: 60, untilMs: now + 3_600_000 }]);
  });

  it('suppresses within the window and says until when', () => {
    const decision = route([routeOf({ suppression: { minutes: 60, key: null } })], seen, () => now + 1, now);
    expect(decision.chosen).toEqual([]);
    expect(decision.suppressed).toEqual([
      {
        subscriptionId: 'sub_1',
        subscriptionVersion: 3,
        connectorIds: ['con_1'],
        until: '2026-11-24T10:00:00.001Z',
        key: '',
        correlationKey: null,
      },
    ]);
    expect(decision.opened).toEqual([]);
  });

  it('chooses again at the moment the window ends', () => {
    const decision = route([routeOf({ suppression: { minutes: 60, key: null } })], seen, () => now, now);
    expect(decision.chosen).toHaveLength(1);
  });

  it('keeps the correlation key of each subscription', () => {
    const decision = route(
      [routeOf({}, { correlationKey: whole('inc-7') }), routeOf({ id: 'sub_2' })],
      seen,
      none,
      now,
    );
    expect(decision.chosen.map((one) => one.correlationKey)).toEqual(['inc-7', null]);
  });

  it('has no correlation key where something is missing for it, and says so', () => {
    const decision = route(
      [routeOf({}, { correlationKey: () => ({ text: 'inc-', missing: ['incidentId'] }) })],
      seen,
      none,
      now,
    );
    expect(decision.chosen.map((one) => one.correlationKey)).toEqual([null]);
    expect(decision.incomplete).toEqual([{ subscriptionId: 'sub_1', key: 'correlation', missing: ['incidentId'] }]);
  });

  it('suppresses by what is there of a key, and says what is missing', () => {
    const shape = { suppression: { minutes: 60, key: '{{host}}/{{check}}' } };
    const decision = route(
      [routeOf(shape, { suppressionKey: () => ({ text: 'db1/', missing: ['check'] }) })],
      seen,
      none,
      now,
    );
    expect(decision.opened.map(({ key }) => key)).toEqual(['db1/']);
    expect(decision.incomplete).toEqual([{ subscriptionId: 'sub_1', key: 'suppression', missing: ['check'] }]);
  });

  it('allows as many deliveries as the limit and refuses one more', () => {
    const connectors = (count: number) => Array.from({ length: count }, (_, index) => `con_${index}`);
    const most = [routeOf({ connectorIds: connectors(fanOutMax - 1) }), routeOf({ id: 'sub_2' })];
    expect(route(most, seen, none, now).chosen).toHaveLength(2);
    expect(() => route([...most, routeOf({ id: 'sub_3' })], seen, none, now)).toThrow(Refused);
  });

  it('counts what is suppressed among them, so that no window lets through what was refused before', () => {
    const held = { suppression: { minutes: 60, key: null } };
    const most = Array.from({ length: fanOutMax }, (_, at) => routeOf({ id: `sub_${at}`, ...held }));
    expect(route(most, seen, () => now + 1, now).suppressed).toHaveLength(fanOutMax);
    expect(() => route([...most, routeOf({ id: 'sub_x', ...held })], seen, () => now + 1, now)).toThrow(Refused);
  });
});
