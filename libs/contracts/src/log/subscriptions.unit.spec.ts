import fc from 'fast-check';
import { openSealedNotification, sealedNotificationText } from './subscriptions.js';

describe('the sealed part of a routed notification', () => {
  it('keeps the spelling of the payload', () => {
    const payload = '{ "n" : 1.50, "payload": 2 }';
    expect(openSealedNotification(sealedNotificationText(payload, null))).toEqual({ payloadText: payload, keys: null });
  });

  it('gives back any keys, whatever stands in them', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (correlation, suppression) => {
        const keys = { correlation: { sub_1: `${correlation}"payload":` }, suppression: { sub_2: suppression } };
        expect(openSealedNotification(sealedNotificationText('{"a":1}', keys))).toEqual({
          payloadText: '{"a":1}',
          keys,
        });
      }),
    );
  });
});
