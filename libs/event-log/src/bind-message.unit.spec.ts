import { createRequire } from 'node:module';
import fc from 'fast-check';
import { bindMessage, type BoundValue } from './bind-message.js';

/** The driver's own writer of the protocol, as the reference. */
const { serialize } = createRequire(createRequire(import.meta.url).resolve('pg'))('pg-protocol') as {
  serialize: { bind(binding: { statement: string; values: readonly BoundValue[] }): Buffer };
};

const long = Buffer.alloc(5_000, 7);

describe('the message that binds values', () => {
  it.each<[string, string, BoundValue[]]>([
    ['no value', 'nothing', []],
    ['no name', '', ['1']],
    ['null, texts and bytes', 'some', [null, '', 'é€😀', Buffer.alloc(0), Buffer.from([0, 255])]],
    ['long bytes first, last and side by side', 'long', [long, 'x', long, long]],
    ['a long text', 'text', ['ü'.repeat(5_000), long, null]],
  ])('is for %s, byte by byte, what the driver would send', (_, statement, values) => {
    expect(Buffer.concat(bindMessage(statement, values))).toEqual(serialize.bind({ statement, values }));
  });

  it('is for any values what the driver would send', () => {
    const bytes = fc.uint8Array({ maxLength: 9_000, size: 'max' }).map((value) => Buffer.from(value));
    const value = fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme' }), bytes);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.array(value), (statement, values) => {
        expect(Buffer.concat(bindMessage(statement, values))).toEqual(serialize.bind({ statement, values }));
      }),
    );
  });

  it('hands long values over without copying them', () => {
    expect(bindMessage('long', [long, 'x', long]).filter((piece) => piece === long)).toHaveLength(2);
    expect(bindMessage('short', [Buffer.alloc(4_096)])).toHaveLength(1);
  });
});
