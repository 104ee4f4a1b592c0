import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { commonConfig, ConfigFaults, jsonOf, keks, kekText, logConfig, readConfig, wholeNumber } from './config.js';

const key = Buffer.alloc(32, 7).toString('base64');
const schema = z.object({
  ...commonConfig,
  WAYBILL_LOG_KEK: keks,
  WAYBILL_BATCH: wholeNumber(1, 500, 100),
  WAYBILL_CONFIG: jsonOf(z.object({ egress: z.object({ allow: z.array(z.string()) }) })).optional(),
});
const good = {
  DATABASE_URL: 'postgres://app:pw@localhost:5432/registry',
  NATS_URL: 'nats://svc:pw@localhost:4222',
  WAYBILL_OPS_PORT: '9100',
  WAYBILL_LOG_KEK: `v1:${key}`,
};

const faultsOf = (environment: Record<string, string | undefined>): Record<string, string> => {
  try {
    readConfig(schema, environment);
    return {};
  } catch (error) {
    if (!(error instanceof ConfigFaults)) throw error;
    return Object.fromEntries(error.faults.map(({ variable, fault }) => [variable, fault]));
  }
};

describe('the configuration of a service', () => {
  it('reads numbers, keys and defaults', () => {
    const config = readConfig(schema, good);
    expect(config.WAYBILL_OPS_PORT).toBe(9100);
    expect(config.WAYBILL_BATCH).toBe(100);
    expect(config.WAYBILL_LOG_KEK.current).toBe('v1');
    expect(config.WAYBILL_LOG_KEK.keys.get('v1')).toEqual(Buffer.alloc(32, 7));
  });

  it('names every fault at once, each with a remedy', () => {
    const faults = faultsOf({
      ...good,
      DATABASE_URL: 'mysql://x',
      NATS_URL: undefined,
      WAYBILL_OPS_PORT: '65536',
      WAYBILL_LOG_KEK: 'v1:short',
    });
    expect(Object.keys(faults).sort()).toEqual(['DATABASE_URL', 'NATS_URL', 'WAYBILL_LOG_KEK', 'WAYBILL_OPS_PORT']);
    expect(faults['NATS_URL']).toContain('set it or NATS_URL_FILE');
    expect(faults['WAYBILL_LOG_KEK']).toContain('openssl rand -base64 32');
  });

  it('says a fault without the value, which may be a secret', () => {
    expect(JSON.stringify(faultsOf({ ...good, WAYBILL_LOG_KEK: 'hunter2', DATABASE_URL: 'hunter2' }))).not.toContain(
      'hunter2',
    );
  });

  it('refuses a variable that is set twice', () => {
    expect(faultsOf({ ...good, NATS_URL_FILE: '/nowhere' })['NATS_URL']).toContain('is set twice');
  });

  it('refuses a file that is not there and names it', () => {
    const { NATS_URL: _, ...rest } = good;
    expect(faultsOf({ ...rest, NATS_URL_FILE: '/nowhere/at/all' })['NATS_URL']).toContain('/nowhere/at/all');
  });

  it.each([
    ['short', `v1:${Buffer.alloc(16).toString('base64')}`],
    ['empty', ''],
    ['no base64', 'v1:correct horse battery staple'],
    ['there twice', `v1:${key},v1:${key}`],
  ])('names the file of a key that is %s, and not the key', (_what, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-config-'));
    const file = join(folder, 'log.kek');
    writeFileSync(file, text, { mode: 0o600 });
    const { WAYBILL_LOG_KEK: _, ...rest } = good;
    const { WAYBILL_LOG_KEK: fault } = faultsOf({ ...rest, WAYBILL_LOG_KEK_FILE: file });
    rmSync(folder, { recursive: true });
    expect(fault).toContain(`WAYBILL_LOG_KEK_FILE names ${file}, `);
    expect(fault).toContain('openssl rand -base64 32');
    expect(fault).not.toContain(text === '' ? key : text);
  });

  it('takes an empty variable for an absent one', () => {
    expect(faultsOf({ ...good, NATS_URL: '' })['NATS_URL']).toContain('is missing');
  });

  it.each([
    ['the last of two keys is current', `v1:${key},v2:${key}`, 'v2'],
    ['blanks around the comma do no harm', `v1:${key}, v2:${key}`, 'v2'],
  ])('%s', (_sentence, text, current) => {
    expect(keks.parse(text).current).toBe(current);
  });

  it.each([
    ['a version that stands twice is refused', `v1:${key},v1:${key}`],
    ['31 bytes are refused', `v1:${Buffer.alloc(31).toString('base64')}`],
    ['33 bytes are refused', `v1:${Buffer.alloc(33).toString('base64')}`],
    ['a key without a version is refused', key],
  ])('%s', (_sentence, text) => {
    expect(keks.safeParse(text).success).toBe(false);
    expect(kekText.safeParse(text).success).toBe(false);
  });

  it.each([
    ['the least is taken', '1', true],
    ['the most is taken', '500', true],
    ['one less is refused', '0', false],
    ['one more is refused', '501', false],
    ['a fraction is refused', '1.5', false],
  ])('a whole number: %s', (_sentence, text, taken) => {
    expect(faultsOf({ ...good, WAYBILL_BATCH: text })['WAYBILL_BATCH'] === undefined).toBe(taken);
  });

  it.each<[string, string | undefined, number | null]>([
    ['one where nobody says anything', undefined, 1],
    ['five at most', '5', 5],
    ['six are refused', '6', null],
    ['none is refused', '0', null],
  ])('copies of the streams of whoever keeps a log: %s', (_sentence, text, copies) => {
    const parsed = z.object(logConfig).safeParse({ WAYBILL_LOG_KEK: `v1:${key}`, WAYBILL_STREAM_REPLICAS: text });
    expect(parsed.success ? parsed.data.WAYBILL_STREAM_REPLICAS : null).toBe(copies);
  });

  it('names the member of a JSON file that is wrong', () => {
    expect(faultsOf({ ...good, WAYBILL_CONFIG: '{"egress":{"allow":7}}' })['WAYBILL_CONFIG']).toContain('egress.allow');
    expect(faultsOf({ ...good, WAYBILL_CONFIG: '{' })['WAYBILL_CONFIG']).toBe('must be JSON');
  });
});
