import fc from 'fast-check';
import { GroupLines, lightLineEventsMax, shortGroupEventsMax, type Waiting } from './group-lines.js';
import { groupEventsMax } from './limits.js';

interface Asked extends Waiting {
  readonly tenant: string;
  readonly n: number;
}

let made = 0;
const asked = (tenants: string | readonly string[], eventCount = 1, sinceMs = 0): Asked => {
  const streams = [tenants].flat().map((tenant) => ({ stream: 'a-1', tenant, expected: 'any', events: [] }) as const);
  const prepared = { request: { streams }, streams: [], eventCount, bytes: eventCount };
  const nothing = (): void => undefined;
  return { prepared, sinceMs, resolve: nothing, reject: nothing, tenant: [tenants].flat().join('+'), n: (made += 1) };
};

const linesOf = (...all: Asked[]): GroupLines => {
  const lines = new GroupLines();
  for (const one of all) lines.add(one);
  return lines;
};
const many = (tenant: string, count: number, eventCount = 1): Asked[] =>
  Array.from({ length: count }, () => asked(tenant, eventCount));
const tenants = (group: readonly Waiting[]): string => (group as Asked[]).map(({ tenant }) => tenant).join(' ');

describe('the lines of a group commit', () => {
  it('give one request a tenant and turn', () => {
    const lines = linesOf(...many('a', 3), asked('b'), ...many('c', 2));
    expect(tenants(lines.takeGroup())).toBe('a b c a c a');
    expect(lines.size).toBe(0);
  });

  it('give the place after a turn to whoever came in the meantime', () => {
    const lines = linesOf(...many('a', groupEventsMax + 1));
    expect(lines.takeGroup()).toHaveLength(groupEventsMax);
    lines.add(asked('b'));
    expect(tenants(lines.takeGroup())).toBe('a b');
  });

  it.each<[what: string, others: number, taken: number]>([
    ['a tenant that asks for little, at the bound', lightLineEventsMax, shortGroupEventsMax],
    ['a tenant with one event more', lightLineEventsMax + 1, groupEventsMax],
    ['nobody', 0, groupEventsMax],
  ])('are short while beside a backlog waits %s', (_what, others, taken) => {
    const lines = linesOf(...many('backlog', 2_000), ...many('other', others));
    expect(lines.takeGroup()).toHaveLength(taken);
  });

  it('let a request that is too large for any group go alone, when the others have had their turn', () => {
    const lines = linesOf(asked('a'), asked('b', groupEventsMax * 2), asked('c'), ...many('d', groupEventsMax));
    const groups = [lines.takeGroup(), lines.takeGroup(), lines.takeGroup()].map(tenants);
    expect(groups[0]).toMatch(/^a c d d d/);
    expect(groups[1]).toBe('b');
    expect(groups[2]).toMatch(/^d d d/);
  });

  it('give who has had many events in one request no other turn until the others have had as many', () => {
    const lines = linesOf(...many('large', 2, 200), ...many('small', 300));
    const group = lines.takeGroup();
    expect(
      tenants(group)
        .split(' ')
        .filter((tenant) => tenant === 'large'),
    ).toHaveLength(1);
    expect(group).toHaveLength(1 + groupEventsMax - 200);
  });

  it('fill what a request that does not fit would leave empty', () => {
    const lines = linesOf(...many('large', 2, 300), ...many('small', 100));
    expect(tenants(lines.takeGroup()).split(' ')).toHaveLength(101);
    expect(tenants(lines.takeGroup())).toBe('large');
  });

  it('have one line for what is of several tenants', () => {
    const lines = linesOf(asked(['a', 'b']), asked(['c', 'd']), asked('a'));
    expect(tenants(lines.takeGroup())).toBe('a+b a c+d');
  });

  it('give up what has waited since before a moment, and nothing else', () => {
    const lines = linesOf(asked('a', 1, 5), asked('a', 1, 20), asked('b', 1, 9), asked('b', 1, 10));
    expect(tenants(lines.takeBefore(10))).toBe('a b');
    expect(lines.takeBefore(10)).toEqual([]);
    expect(lines.size).toBe(2);
    expect(tenants(lines.takeGroup())).toBe('a b');
  });

  it('give everything once, each tenant in its order, and never more than a group holds', () => {
    const one = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 300 }));
    fc.assert(
      fc.property(fc.array(one, { maxLength: 200 }), (all) => {
        const requests = all.map(([tenant, events]) => asked(tenant, events));
        const lines = linesOf(...requests);
        const given: Asked[] = [];
        while (lines.size > 0) {
          const group = lines.takeGroup() as Asked[];
          const events = group.reduce((sum, { prepared }) => sum + prepared.eventCount, 0);
          expect(group.length === 1 || events <= groupEventsMax).toBe(true);
          given.push(...group);
        }
        for (const tenant of ['a', 'b', 'c', 'd']) {
          const of = (list: Asked[]): number[] => list.filter((each) => each.tenant === tenant).map(({ n }) => n);
          expect(of(given)).toEqual(of(requests));
        }
      }),
    );
  });
});
