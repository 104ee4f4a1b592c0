import type { Delivery } from '../api/shapes';
import { nextSteps } from '../words/next-steps';
import { happeningsOf, mayBeRepeat, nextStepOf } from './standing';

const at = '2026-01-15T12:00:00.000Z';
const hold = { reason: 'restored', at, position: 20, releasedAt: null, releasedBy: null, releasedPosition: null };
const released = { ...hold, releasedAt: at, releasedBy: 'operator:eve', releasedPosition: 30 };
const logged = (position: number, type: string) => ({ position, type, at });

function delivery(with_: object): Delivery {
  const log = [logged(10, 'DeliveryAccepted'), logged(25, 'RetryScheduled'), logged(31, 'AttemptStarted')];
  return { status: 'retrying', reason: 'server_error', log, ...with_ } as unknown as Delivery;
}

describe('how a delivery stands', () => {
  it.each([
    ['what failed is left to the plan', {}, nextSteps.server_error],
    ['what is held waits for an operator and not for the plan', { held: [hold] }, nextSteps.delivery_held],
    ['what was released is left to the plan again', { held: [released] }, nextSteps.server_error],
    ['what was cancelled meanwhile waits for nobody', { held: [hold], status: 'cancelled', reason: 'by_hand' }, null],
  ])('%s', (_, with_, next) => expect(nextStepOf(delivery(with_))).toBe(next));

  it.each([
    ['a delivery without a hold is none', {}, false],
    ['one that is held has not gone out again', { held: [hold] }, false],
    ['one that went out after a restore may be', { held: [released] }, true],
    [
      'one that an operator held for another reason is none',
      { held: [{ ...released, reason: 'operator_asked' }] },
      false,
    ],
  ])('may be a repeat: %s', (_, with_, says) => expect(mayBeRepeat(delivery(with_))).toBe(says));

  it('tells the hold and its release where they happened among its own events', () => {
    expect(happeningsOf(delivery({ held: [released] })).map(({ position, type }) => [position, type])).toEqual([
      [10, 'DeliveryAccepted'],
      [20, 'DeliveryHeld'],
      [25, 'RetryScheduled'],
      [30, 'DeliveryReleased'],
      [31, 'AttemptStarted'],
    ]);
  });
});
