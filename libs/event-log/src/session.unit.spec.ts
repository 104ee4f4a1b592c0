import pg from 'pg';
import { ConnectionLost, isPassing } from './session.js';

function answered(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('', 0, 'error'), { code });
}

describe('what passes without anybody doing anything about the log', () => {
  it.each<[string, Error, boolean]>([
    ['a connection that was lost', new ConnectionLost('gone'), true],
    ['a server that restarts', answered('57P01'), true],
    ['a disk that is full', answered('53100'), true],
    ['a disk that does not answer', answered('58030'), true],
    ['a primary that gave its place to another', answered('25006'), true],
    ['pages that are not what was written do not', answered('XX001'), false],
    ['a right that is missing does not', answered('42501'), false],
    ['a fault of ours does not', new TypeError('x is undefined'), false],
  ])('%s', (_sentence, error, passes) => {
    expect(isPassing(error)).toBe(passes);
  });
});
