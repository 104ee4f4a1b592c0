import { attemptReasons } from '@waybill/contracts/codes/attempt-reasons';
import { endReasons } from '@waybill/contracts/codes/end-reasons';
import { nextSteps } from './next-steps.js';

describe('the next step', () => {
  it('is said for every reason there is, and for none that there is not', () => {
    const codes = [...Object.keys(attemptReasons), ...Object.keys(endReasons)].sort();
    expect(Object.keys(nextSteps).sort()).toEqual([...new Set(codes)]);
  });

  it('is missing only where nobody can do anything, or somebody has done it', () => {
    const without = Object.entries(nextSteps).filter(([, step]) => step === null);
    expect(without.map(([code]) => code)).toEqual(['payload_shredded', 'subscription_deleted', 'by_hand']);
  });
});
