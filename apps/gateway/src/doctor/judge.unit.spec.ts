import {
  backlogMax,
  judgeBacklog,
  judgeRelay,
  judgeRoundTrip,
  judgeStanding,
  relayLagMax,
  roundTripMsMax,
} from './judge.js';

const standing = { readOnly: null, lookedAt: null, checkpoint: { size: 7, from: 'notary' }, keyed: true };

describe('what the doctor says', () => {
  it.each([
    ['a round trip at the bound holds', judgeRoundTrip(roundTripMsMax), 'holds'],
    ['a round trip past the bound is wrong', judgeRoundTrip(roundTripMsMax + 1), 'wrong'],
    ['a stream at the head holds', judgeRelay(7, 7), 'holds'],
    ['a stream behind by the bound holds', judgeRelay(relayLagMax, 0), 'holds'],
    ['a stream behind by one more is wrong', judgeRelay(relayLagMax + 1, 0), 'wrong'],
    ['a stream ahead of its log is wrong', judgeRelay(6, 7), 'wrong'],
    ['a log that has grown from a signed checkpoint holds', judgeStanding(standing), 'holds'],
    ['a log that is read-only is wrong', judgeStanding({ ...standing, readOnly: 'the row 3 is missing' }), 'wrong'],
    ['a log without a checkpoint is not judged', judgeStanding({ ...standing, checkpoint: null }), 'unknown'],
    ['a log whose checkpoints nobody checks is not judged', judgeStanding({ ...standing, keyed: false }), 'unknown'],
    ['a backlog at the bound holds', judgeBacklog(backlogMax), 'holds'],
    ['a backlog past the bound is wrong', judgeBacklog(backlogMax + 1), 'wrong'],
  ])('%s', (_, finding, state) => expect(finding.state).toBe(state));
});
