import type { Delivery } from '@waybill/contracts/http/deliveries';
import { stepsOfDelivery } from './explain-delivery.js';

const at = '2026-01-15T12:00:00.000Z';
const logged = (position: number, type: string) => ({ position, type, at });

function wordsOf(with_: object): string[] {
  const delivery = { subscriptionId: 'sub_1', connectorId: 'con_1', attempts: [], ...with_ } as unknown as Delivery;
  return stepsOfDelivery(delivery, new Map()).map(({ words }) => words);
}

describe('the steps of a delivery', () => {
  it('say why it was cancelled, where it ended, and not of an earlier time', () => {
    const log = [logged(1, 'DeliveryCancelled'), logged(2, 'RedeliveryRequested'), logged(3, 'DeliveryCancelled')];
    expect(wordsOf({ status: 'cancelled', reason: 'connector_disabled', log })).toEqual([
      'It was cancelled.',
      'Somebody asked for a redelivery.',
      'It was cancelled because of connector_disabled (Somebody disabled the connector while the delivery waited).',
    ]);
    expect(wordsOf({ status: 'retrying', reason: 'timeout', log: log.slice(0, 2) })[0]).toBe('It was cancelled.');
  });

  it('end the words of an error with one full stop', () => {
    const error = { code: 'tls_certificate_invalid', message: 'TLS: certificate has expired (CERT_HAS_EXPIRED).' };
    const attempt = {
      number: 1,
      outcome: 'refused',
      reason: 'tls_certificate_invalid',
      retry: 'later',
      response: null,
      error,
    };
    const [words] = wordsOf({
      status: 'retrying',
      reason: null,
      log: [logged(1, 'AttemptFailed')],
      attempts: [attempt],
    });
    expect(words).toMatch(/: TLS: certificate has expired \(CERT_HAS_EXPIRED\)\.$/);
  });
});
