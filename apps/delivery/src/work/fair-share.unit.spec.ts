import { FairShare } from './fair-share.js';

const lane = (tenant: string, host: string, name: string) => ({ tenant, host, name });

function turns(share: FairShare<ReturnType<typeof lane>>, count: number): string[] {
  const served: string[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    share.release({ tenant: 'busy', host: '' });
    const next = share.next();
    if (next === null) break;
    served.push(next.name);
    expect(share.take(next)).toBe(true);
    share.release(next);
    // Whoever is served has more to do, and the place goes back to the one who fills the house.
    share.take(lane('busy', 'x', 'filler'));
    share.take(next);
  }
  return served;
}

describe('the fair share', () => {
  it('gives places up to the bound and not one more', () => {
    const share = new FairShare(2, 2);
    expect([1, 2, 3].map((n) => share.take(lane('a', 'h', `${n}`)))).toEqual([true, true, false]);
  });

  it('gives a tenant its share and not one more, while others have theirs', () => {
    const share = new FairShare(10, 2);
    expect([1, 2, 3].map((n) => share.take(lane('a', 'h', `${n}`)))).toEqual([true, true, false]);
    expect(share.take(lane('b', 'h', 'b1'))).toBe(true);
  });

  it('goes round tenants, then hosts, then connectors', () => {
    const share = new FairShare<ReturnType<typeof lane>>(1, 1);
    share.take(lane('busy', 'x', 'first'));
    for (const waits of [lane('a', 'h1', 'a1'), lane('a', 'h1', 'a2'), lane('a', 'h2', 'a3'), lane('b', 'h3', 'b1')])
      share.take(waits);
    expect(turns(share, 6)).toEqual(['a1', 'b1', 'a3', 'b1', 'a2', 'b1']);
  });

  it('passes over a tenant that has its share', () => {
    const share = new FairShare<ReturnType<typeof lane>>(3, 1);
    share.take(lane('a', 'h', 'a1'));
    share.take(lane('a', 'h', 'a2'));
    expect(share.next()).toBeNull();
    share.take(lane('b', 'h', 'b1'));
    share.take(lane('b', 'h', 'b2'));
    share.release({ tenant: 'b', host: 'h' });
    expect(share.next()?.name).toBe('b2');
  });
});
