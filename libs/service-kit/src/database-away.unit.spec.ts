import { isDatabaseAway } from './database-away.js';

const error = (message: string, more: object = {}): Error => Object.assign(new Error(message), more);

describe('a database that is away', () => {
  it.each([
    ['refuses the connection', error('connect ECONNREFUSED 127.0.0.1:5432', { code: 'ECONNREFUSED' })],
    ['refuses it on both addresses', Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' })],
    ['ends', error('terminating connection due to administrator command', { code: '57P01' })],
    ['starts', error('the database system is starting up', { code: '57P03' })],
    ['has no connection left', error('sorry, too many clients already', { code: '53300' })],
    ['is a standby now', error('cannot execute UPDATE in a read-only transaction', { code: '25006' })],
    ['went in the middle of a query', error('Connection terminated unexpectedly')],
    ['says nothing', error('Query read timeout')],
    ['lets nobody in', error('timeout exceeded when trying to connect')],
    [
      'is what TypeORM speaks of',
      error('Connection terminated unexpectedly', { driverError: error('Query read timeout') }),
    ],
    ['is what a session of the log speaks of', error('gone', { name: 'ConnectionLost' })],
  ])('%s', (_what, away) => {
    expect(isDatabaseAway(away)).toBe(true);
  });

  it.each([
    ['a statement with a fault', error('syntax error at or near "selct"', { code: '42601' })],
    ['a table without the right to read it', error('permission denied for table log_events', { code: '42501' })],
    ['a unique key', error('duplicate key value', { driverError: error('duplicate key value', { code: '23505' }) })],
    // Its SQLSTATE counts, whatever words it quotes.
    ['a fault that quotes such words', error('Connection terminated: no such column', { code: '42703' })],
    ['a defect of ours', new TypeError('x is undefined')],
    ['no error at all', 'Query read timeout'],
  ])('is not told by %s', (_what, present) => {
    expect(isDatabaseAway(present)).toBe(false);
  });
});
