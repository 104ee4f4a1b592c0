import { batchLength, batchLengthMax, batchMax } from './jq-batch.js';

describe('batchLength', () => {
  const rows: [string, number[], number][] = [
    ['one that waits alone', [5], 1],
    ['as many as a run serves', new Array<number>(batchMax).fill(1), batchMax],
    ['no more than a run serves', new Array<number>(batchMax + 1).fill(1), batchMax],
    ['inputs up to the length of a run', [batchLengthMax - 1, 1, 1], 2],
    ['the first, however long', [batchLengthMax + 1, 1], 1],
  ];
  it.each(rows)('takes %s', (_what, lengths, count) => {
    expect(batchLength(lengths)).toBe(count);
  });
});
