import { problemSchema } from '@waybill/contracts/problem';
import { Refused } from '@waybill/decider/decider';
import { Invalid, isExpected, Overloaded, problem, problemOf, Unreadable } from './problems.js';

const named = (name: string, more: object): Error => Object.assign(new Error('words of a machine'), { name }, more);

describe('a problem', () => {
  it.each<[string, unknown, string, number]>([
    [
      'is 422 for a refusal that nobody gave another number',
      new Refused('fan_out_limit', 'too many'),
      'fan_out_limit',
      422,
    ],
    ['is 404 for what is not there', new Refused('connector_unknown', 'no'), 'connector_unknown', 404],
    ['is 410 for what was deleted', new Refused('connector_deleted', 'no'), 'connector_deleted', 410],
    ['is 412 for a version that has passed', new Refused('version_mismatch', 'no'), 'version_mismatch', 412],
    [
      'is 422 for input that does not fit',
      new Invalid([{ pointer: '/a', code: 'required', message: 'no' }]),
      'validation_failed',
      422,
    ],
    ['is 400 for what cannot be read', new Unreadable('no JSON'), 'malformed', 400],
    ['is 503 when too much waits', new Overloaded(), 'overloaded', 503],
    [
      'is 412 for a conflict in the log',
      named('AppendRejected', { rejection: { kind: 'conflict' } }),
      'version_mismatch',
      412,
    ],
    [
      'is 503 when what was decided on has changed',
      named('AppendRejected', { rejection: { kind: 'condition' } }),
      'try_again',
      503,
    ],
    ['is 503 when a lease was lost', named('AppendRejected', { rejection: { kind: 'fence' } }), 'try_again', 503],
    ['is 503 when the log cannot be reached', named('LogUnavailable', {}), 'not_ready', 503],
    ['is 503 while the database is away', named('Error', { code: 'ECONNREFUSED' }), 'not_ready', 503],
    ['is 500 for a defect', new TypeError('x is undefined'), 'internal', 500],
    ['is 500 for what is not even an error', 'thrown text', 'internal', 500],
  ])('%s', (_sentence, error, code, status) => {
    const said = problemOf(error, 'req_1');
    expect(said).toMatchObject({ code, status, requestId: 'req_1', type: `https://waybill.dev/problems/${code}` });
    expect(problemSchema.parse(said)).toEqual(said);
    expect(isExpected(error)).toBe(code !== 'internal');
    // Over request and reply there is no header that could say it.
    expect(said.retryAfterSeconds).toBe(status === 503 ? 1 : undefined);
  });

  it('passes on what another service said, under our own request id', () => {
    const theirs = problem('connector_deleted', 'gone', { requestId: 'req_theirs' });
    expect(problemOf(named('AskFailed', { problem: theirs }), 'req_ours')).toEqual({
      ...theirs,
      requestId: 'req_ours',
    });
  });

  it('tells nothing of a defect but the request id', () => {
    expect(JSON.stringify(problemOf(new Error('password=hunter2'), 'req_1'))).not.toContain('hunter2');
  });

  it('points at the place that a refusal names', () => {
    const { errors } = problemOf(new Refused('url_invalid', 'not https', '/config/url'));
    expect(errors).toEqual([{ pointer: '/config/url', code: 'url_invalid', message: 'not https' }]);
  });
});
