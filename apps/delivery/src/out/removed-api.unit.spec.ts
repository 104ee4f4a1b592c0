import type { Outcome } from '@waybill/targets/outcome';
import type { Connector } from '../work/connectors.js';
import type { Job } from '../work/job.js';
import type { Carried } from './carry-out.js';
import { alarmingRemovedApi } from './removed-api.js';

const job = { deliveryId: 'dlv_1', tenant: 'default' } as Job;
const connector = { id: 'con_1', target: 'jira' } as Connector;
const tried = (outcome: Outcome): Carried =>
  ({ kind: 'tried', conversation: { outcome }, sealedText: '{}' }) as unknown as Carried;

async function said(carried: Carried): Promise<unknown[]> {
  const lines: unknown[] = [];
  const alarming = alarmingRemovedApi({ error: (...line: unknown[]) => lines.push(line) }, () =>
    Promise.resolve(carried),
  );
  expect(await alarming(job, connector)).toBe(carried);
  return lines;
}

describe('a target that has removed its API', () => {
  it('is said to the operator, with what is needed to find it', async () => {
    expect(await said(tried({ kind: 'refused', retry: 'never', reason: 'api_removed' }))).toEqual([
      [{ tenant: 'default', deliveryId: 'dlv_1', connectorId: 'con_1', target: 'jira' }, 'delivery.api-removed'],
    ]);
  });

  const others: [string, Carried][] = [
    ['a connector that is gone', tried({ kind: 'refused', retry: 'never', reason: 'gone', disable: true })],
    ['what was delivered', tried({ kind: 'accepted', receipt: null })],
    ['what was never sent', { kind: 'gave-up', reason: 'payload_shredded', sealedText: '{}' }],
  ];
  it.each(others)('is not %s', async (_title, carried) => expect(await said(carried)).toEqual([]));
});
