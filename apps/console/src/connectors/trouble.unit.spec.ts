import type { Connector } from '../api/shapes';
import { troubleOf } from './trouble';

const at = '2026-01-15T12:00:00.000Z';
const nothing = { paused: null, failing: null, givenUp: null };
const well = { failingSince: null, because: null, pausedUntil: null };
const shown = {
  reason: 'tls_certificate_invalid',
  meaning: 'The certificate of the target is not valid.',
  deliveryId: 'dlv_1',
  targetSaid: { response: null, error: { code: 'tls_certificate_invalid', message: 'TLS: it has expired.' } },
};
const said = { reason: 'tls_certificate_invalid', said: 'TLS: it has expired.', deliveryId: 'dlv_1' };
const paused = { until: at, reason: 'rate_limited', meaning: null };

describe('what a page about a connector warns of', () => {
  it.each([
    ['nothing where nothing is known against it', { banner: nothing }, null],
    [
      'attempts that fail',
      { banner: { ...nothing, failing: { since: at, ...shown } } },
      { kind: 'failing', at, ...said },
    ],
    [
      'the failure before the pause',
      { banner: { ...nothing, paused, failing: { since: at, ...shown } } },
      { kind: 'failing', at, ...said },
    ],
    [
      'a pause that the target asked for',
      { banner: { ...nothing, paused } },
      { kind: 'paused', at, reason: 'rate_limited', said: null, deliveryId: null },
    ],
    [
      'that Waybill has given it up, which alone is said while it is disabled',
      {
        enabled: false,
        banner: {
          ...nothing,
          failing: { since: at, ...shown },
          givenUp: { at, why: 'target_gone', words: '', ...shown },
        },
      },
      { kind: 'given-up', at, ...said },
    ],
    [
      'no failure of one that somebody disabled',
      { enabled: false, banner: { ...nothing, failing: { since: at, ...shown } } },
      null,
    ],
    [
      'what the list knows, with delivery away',
      { banner: null, health: { ...well, failingSince: at, because: 'timeout' } },
      { kind: 'failing', at, reason: 'timeout', said: null, deliveryId: null },
    ],
  ])('%s', (_, with_, trouble) => {
    expect(troubleOf({ enabled: true, health: well, ...with_ } as unknown as Connector)).toEqual(trouble);
  });
});
