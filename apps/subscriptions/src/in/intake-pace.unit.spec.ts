import { IntakePace } from './intake-pace.js';

const never = new Promise<void>(() => undefined);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the pace of an intake', () => {
  it('lets messages go on when what was routed has been carried on', async () => {
    let carry: () => void = () => undefined;
    const pace = new IntakePace(() => new Promise<void>((resolve) => (carry = resolve)));
    let isOver = false;
    const waiting = pace.wait().then(() => (isOver = true));
    await turn();
    expect(isOver).toBe(false);
    carry();
    await waiting;
  });

  it('lets a request go at once, however much is to be carried', async () => {
    const pace = new IntakePace(() => never);
    const waiting = pace.wait();
    pace.asked();
    await waiting;
  });

  it('remembers no request that came while nobody waited', async () => {
    const pace = new IntakePace(() => never);
    pace.asked();
    let isOver = false;
    void pace.wait().then(() => (isOver = true));
    await turn();
    expect(isOver).toBe(false);
  });
});
