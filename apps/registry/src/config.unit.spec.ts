import { ConfigFaults, readConfig } from '@waybill/service-kit/config';
import { configSchema } from './config.js';

const key = `v1:${Buffer.alloc(32, 7).toString('base64')}`;
const good = {
  DATABASE_URL: 'postgres://app:pw@localhost:5432/registry',
  NATS_URL: 'nats://svc:pw@localhost:4222',
  WAYBILL_OPS_PORT: '9100',
  WAYBILL_LOG_KEK: key,
  WAYBILL_SECRETS_KEK: key,
};

describe('the configuration of registry', () => {
  it('lists the faults of the deployment file with all others', () => {
    const read = () =>
      readConfig(configSchema, {
        ...good,
        NATS_URL: undefined,
        WAYBILL_CONFIG: '{"egress":{"allow":["127.0.0.1/8:19000-19099"]},"smtp":{"url":"smtp://smtp.example.com"}}',
      });
    expect(read).toThrow(ConfigFaults);
    expect(read).toThrow(/NATS_URL: is missing/);
    expect(read).toThrow(/WAYBILL_CONFIG: `egress\.allow`: "127\.0\.0\.1\/8:19000-19099" has no address block/);
    expect(read).toThrow(/WAYBILL_CONFIG: `smtp\.from` must be a string/);
  });

  it('reads the deployment file', () => {
    const { WAYBILL_CONFIG: deployment } = readConfig(configSchema, {
      ...good,
      WAYBILL_CONFIG: '{"egress":{"allow":["127.0.0.1/32:8090-8090"]},"retention":{"days":90}}',
    });
    expect(deployment.policy.allow.map(({ text }) => text)).toEqual(['127.0.0.1/32:8090-8090']);
  });

  it('opens nothing without a deployment file, as delivery', () => {
    expect(readConfig(configSchema, good).WAYBILL_CONFIG.policy.allow).toEqual([]);
  });
});
