import { ConfigFaults, readConfig } from '@waybill/service-kit/config';
import { configSchema } from './config.js';

const environment = { NATS_URL: 'nats://n:p@h:4222', WAYBILL_OPS_PORT: '0', WAYBILL_NOTARY_DIR: '/notary' };
const bucket = {
  WAYBILL_NOTARY_S3_URL: 'https://s3.example/bucket',
  WAYBILL_NOTARY_S3_ACCESS_KEY_ID: 'id',
  WAYBILL_NOTARY_S3_SECRET_ACCESS_KEY: 'secret',
};
const authority = {
  WAYBILL_NOTARY_TSA_URL: 'http://tsa.example',
  WAYBILL_NOTARY_TSA_CA: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----',
};

const faultsOf = (more: Record<string, string>): string[] => {
  try {
    readConfig(configSchema, { ...environment, ...more });
    return [];
  } catch (error) {
    return (error as ConfigFaults).faults.map(({ variable }) => variable);
  }
};

describe('the environment of the notary', () => {
  it('needs neither a bucket nor a time stamp authority, and takes both whole', () => {
    expect([faultsOf({}), faultsOf({ ...bucket, ...authority })]).toEqual([[], []]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['a bucket without keys', { WAYBILL_NOTARY_S3_URL: bucket.WAYBILL_NOTARY_S3_URL }, 'WAYBILL_NOTARY_S3_URL'],
    ['keys without a bucket', { WAYBILL_NOTARY_S3_ACCESS_KEY_ID: 'id' }, 'WAYBILL_NOTARY_S3_URL'],
    ['an authority without roots', { WAYBILL_NOTARY_TSA_URL: 'http://tsa.example' }, 'WAYBILL_NOTARY_TSA_URL'],
    ['roots that are none', { ...authority, WAYBILL_NOTARY_TSA_CA: 'x' }, 'WAYBILL_NOTARY_TSA_CA'],
    ['a bucket that is no URL', { ...bucket, WAYBILL_NOTARY_S3_URL: 'bucket' }, 'WAYBILL_NOTARY_S3_URL'],
    ['a lock for no day', { ...bucket, WAYBILL_NOTARY_S3_LOCK_DAYS: '0' }, 'WAYBILL_NOTARY_S3_LOCK_DAYS'],
    ['a lock past 100 years', { ...bucket, WAYBILL_NOTARY_S3_LOCK_DAYS: '36501' }, 'WAYBILL_NOTARY_S3_LOCK_DAYS'],
  ])('refuses %s', (_case, more, variable) => {
    expect(faultsOf(more)).toEqual([variable]);
  });
});
