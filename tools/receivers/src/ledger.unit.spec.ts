import { bodyBytesMax, itemsMax, Ledger, type Received } from './ledger.js';

const item = (changes: Partial<Received> = {}): Omit<Received, 'seq'> => ({
  atMs: 1_000,
  target: 'webhook',
  name: 'a',
  method: 'POST',
  path: '/webhook/a',
  rawHeaders: [],
  body: Buffer.alloc(0),
  status: 200,
  rule: null,
  verdict: 'accepted',
  flags: [],
  ...changes,
});

describe('the ledger of what arrived', () => {
  it('keeps as many items as it may, and drops the oldest for one more', () => {
    const ledger = new Ledger();
    for (let i = 0; i < itemsMax; i += 1) ledger.add(item(), `id-${i}`);
    expect(ledger.list({}).items[0]?.seq).toBe(1);
    ledger.add(item(), 'one more');
    expect(ledger.list({}).items).toHaveLength(itemsMax);
    expect(ledger.list({}).items[0]?.seq).toBe(2);
  });

  it('keeps as many bytes as it may, and drops the oldest for one more', () => {
    const ledger = new Ledger();
    const half = Buffer.alloc(bodyBytesMax / 2);
    ledger.add(item({ body: half }), null);
    ledger.add(item({ body: half }), null);
    expect(ledger.list({}).items).toHaveLength(2);
    ledger.add(item({ body: Buffer.alloc(1) }), null);
    expect(ledger.list({}).items.map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('counts ids of all, also of those whose items are gone', () => {
    const ledger = new Ledger();
    for (let i = 0; i < itemsMax + 5; i += 1) ledger.add(item(), `id-${i}`);
    ledger.add(item({ status: 503, atMs: 2_000 }), 'id-0');
    expect(ledger.counts({ name: 'a' })).toEqual({
      received: itemsMax + 6,
      accepted: itemsMax + 5,
      ids: itemsMax + 5,
      repeatedIds: 1,
    });
    expect(ledger.ids({ min: 2, offset: 0 })).toEqual([
      { id: 'id-0', count: 2, accepted: 1, firstAtMs: 1_000, lastAtMs: 2_000 },
    ]);
  });

  it('lists from a cursor, from a time, by name, and up to a limit', () => {
    const ledger = new Ledger();
    ledger.add(item({ atMs: Date.parse('2026-01-01T00:00:00Z') }), null);
    ledger.add(item({ atMs: Date.parse('2026-01-01T00:00:01Z'), name: 'b' }), null);
    ledger.add(item({ atMs: Date.parse('2026-01-01T00:00:02Z') }), null);
    const found = (filter: object): readonly number[] => ledger.list(filter).items.map(({ seq }) => seq);
    expect(found({ since: '1' })).toEqual([2, 3]);
    expect(found({ since: '2026-01-01T00:00:01.000Z' })).toEqual([2, 3]);
    expect(found({ name: 'a' })).toEqual([1, 3]);
    expect(found({ limit: 2 })).toEqual([1, 2]);
    expect(ledger.list({ since: '3' })).toEqual({ items: [], cursor: '3' });
    expect(() => ledger.list({ since: 'yesterday' })).toThrow(RangeError);
  });

  it('pages through everything by its cursors', () => {
    const ledger = new Ledger();
    for (let i = 0; i < 5; i += 1) ledger.add(item(), null);
    const seen: number[] = [];
    let cursor = '0';
    for (;;) {
      const page = ledger.list({ since: cursor, limit: 2 });
      if (page.items.length === 0) break;
      seen.push(...page.items.map(({ seq }) => seq));
      cursor = page.cursor;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('finds a mail by each of its recipients', () => {
    const ledger = new Ledger();
    ledger.add(item({ target: 'email', name: 'a@x.y', mail: { recipients: ['a@x.y', 'b@x.y'] } }), null);
    expect(ledger.list({ name: 'b@x.y' }).items).toHaveLength(1);
  });
});
