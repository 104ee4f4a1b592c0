import { timeoutMsMax } from '@waybill/contracts/http/connectors';
import { drainTimeoutMs } from '@waybill/contracts/drain';
import { copyName, serviceEnvironment, type StackService, stopWaitMsOf } from './services.js';

const surroundings = {
  copy: 1,
  databaseUrl: 'postgres://app@h/d',
  natsUrl: 'nats://n',
  opsPort: 1,
  httpPort: 2,
  deploymentFile: '/d.json',
  logKekFile: '/log.kek',
  secretsKekFile: '/secrets.kek',
  dataDir: '/data',
  bootstrapAdminKey: 'wb_x',
  notaryVkeyFile: '/notary/vkey',
};
const has = (service: StackService, variable: string): boolean =>
  variable in serviceEnvironment({ ...surroundings, service });

describe('the environment of a service', () => {
  it.each([
    [
      'the key of the connectors secrets is held by registry and delivery alone',
      'WAYBILL_SECRETS_KEK_FILE',
      ['registry', 'delivery'],
    ],
    ['the first admin key is told to registry alone', 'WAYBILL_BOOTSTRAP_ADMIN_KEY', ['registry']],
    ['the HTTP port is told to the gateway alone', 'WAYBILL_HTTP_PORT', ['gateway']],
    ['who keeps a log has a key for it', 'WAYBILL_LOG_KEK_FILE', ['registry', 'subscriptions', 'delivery']],
    [
      'who keeps a log knows whose checkpoints count',
      'WAYBILL_NOTARY_VKEY_FILE',
      ['registry', 'subscriptions', 'delivery'],
    ],
  ])('%s', (_, variable, holders) => {
    const services: StackService[] = ['registry', 'subscriptions', 'delivery', 'notary', 'gateway'];
    expect(services.filter((service) => has(service, variable))).toEqual(holders);
  });

  it.each([
    ['delivery', timeoutMsMax + drainTimeoutMs],
    ['delivery-2', timeoutMsMax + drainTimeoutMs],
    ['registry', drainTimeoutMs],
  ])('waits for %s longer than it gives itself', (name, itsOwnMs) => {
    expect(stopWaitMsOf(name)).toBeGreaterThan(itsOwnMs);
  });

  it('does not wait for a minute for a service that has no attempt to finish', () => {
    expect(stopWaitMsOf('gateway')).toBeLessThan(timeoutMsMax);
  });

  it('names further copies after the first', () => {
    expect([copyName('delivery', 1), copyName('delivery', 2)]).toEqual(['delivery', 'delivery-2']);
  });
});
