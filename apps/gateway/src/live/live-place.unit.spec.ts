import { type LivePlace, placeOf, placeText } from './live-place.js';

describe('the place of a live feed', () => {
  it('is written in a fixed order of logs and comes back', () => {
    const place: LivePlace = new Map([
      ['delivery-0', 812],
      ['subscriptions-0', 30],
    ]);
    expect(placeText(place)).toBe('subscriptions-0:30,delivery-0:812');
    expect(placeOf('subscriptions-0:30,delivery-0:812')).toEqual(place);
  });

  it.each([
    '',
    'delivery-0',
    'delivery-0:',
    'delivery-0:-1',
    'delivery-0:1,',
    'delivery-0:1,delivery-0:2',
    'notary-0:1',
    'delivery-0:1234567890123456',
  ])('is not %p', (text) => {
    expect(placeOf(text)).toBeNull();
  });
});
