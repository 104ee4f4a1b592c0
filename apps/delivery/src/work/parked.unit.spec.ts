import type { JobNotification } from './job.js';
import { Parked, parkedLengthMax, parkedMax } from './parked.js';

const facts = { id: 'ntf_1', type: 'demo', source: 'soc', time: '2026-11-29T00:00:00Z' };
const of = (payloadText: string): JobNotification => ({ facts, payloadText, correlationKey: null });

describe('the payloads of what waits in the due table', () => {
  it('are given up once, and parked anew', () => {
    const parked = new Parked();
    parked.park('dlv_1', of('{}'));
    parked.park('dlv_1', of('[]'));
    expect(parked.take('dlv_1')?.payloadText).toBe('[]');
    expect(parked.take('dlv_1')).toBeNull();
  });

  it('are bounded by their length: the oldest go first', () => {
    const parked = new Parked();
    const third = of('x'.repeat(parkedLengthMax / 3));
    for (const id of ['dlv_1', 'dlv_2', 'dlv_3', 'dlv_1', 'dlv_4']) parked.park(id, third);
    expect(['dlv_1', 'dlv_2', 'dlv_3', 'dlv_4'].map((id) => parked.take(id) !== null)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('are bounded by their number, however short they are', () => {
    const parked = new Parked();
    const short = of('{}');
    for (let n = 0; n <= parkedMax; n += 1) parked.park(`dlv_${n}`, short);
    expect(parked.take('dlv_0')).toBeNull();
    expect(parked.take('dlv_1')).toBe(short);
    expect(parked.take(`dlv_${parkedMax}`)).toBe(short);
  });
});
