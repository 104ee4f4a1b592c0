import { allTargets, findTarget } from './all-targets.js';
import { targetIds } from '@waybill/contracts/http/connector-configs';
import { attemptReasons as reasons } from '@waybill/contracts/codes/attempt-reasons';
import { sampleConnectors } from './sample-connectors.fixture.js';
import { targetContract } from './targets.contract.js';

describe('the list of targets', () => {
  it('has the ids of the contract, each in its own room', () => {
    expect(allTargets.map(({ descriptor }) => descriptor.id)).toEqual(targetIds);
  });

  it('finds a room by its id, and none for another word', () => {
    for (const target of allTargets) expect(findTarget(target.descriptor.id)).toBe(target);
    expect(findTarget('constructor')).toBeUndefined();
  });
});

describe('the list of reasons', () => {
  it('says a sentence about each', () => {
    for (const { meaning } of Object.values(reasons)) expect(meaning).toMatch(/^[A-Z].*\.$/);
  });
});

for (const target of allTargets) {
  const sample = sampleConnectors[target.descriptor.id];
  if (sample === undefined) throw new Error(`${target.descriptor.id} has no sample connector: add one to its room`);
  targetContract(target, sample);
}
