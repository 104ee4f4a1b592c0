import { TemplateFailed } from '@waybill/contracts/rendering/template-fault';
import { faultsIn, outputOf } from './jq-words.js';

const limits = { memoryBytesMax: 1, outputBytesMax: 2 };

describe('faultsIn', () => {
  // jq's own words, as jq 1.7.1 wrote them; line 1 is our prelude, so jq's line 2 is the user's line 1.
  it('reads a name that is not defined', () => {
    const words =
      'jq: error: foo/1 is not defined at <top-level>, line 2:\n .a | foo(1)\njq: error: $bar is not defined at <top-level>, line 3:\n| $bar  \njq: 2 compile errors\n';
    expect(faultsIn(words)).toEqual([
      { line: 1, column: 7, message: 'foo/1 is not defined' },
      { line: 2, column: 3, message: '$bar is not defined' },
    ]);
  });

  it('reads what is unexpected, without the advice about a shell', () => {
    const words =
      "jq: error: syntax error, unexpected '+', expecting '}' (Unix shell quoting issues?) at <top-level>, line 2:\n{a: .b +}       \njq: 1 compile error\n";
    expect(faultsIn(words)).toEqual([{ line: 1, column: 9, message: "syntax error, unexpected '+', expecting '}'" }]);
  });

  it('places the end of the program behind its last line', () => {
    const words =
      'jq: error: syntax error, unexpected end of file (Unix shell quoting issues?) at <top-level>, line 4:\n.a +      \njq: 1 compile error';
    expect(faultsIn(words)).toEqual([{ line: 3, column: 5, message: 'syntax error, unexpected end of file' }]);
  });

  it('keeps words without a place', () => {
    expect(faultsIn('jq: error: module not found: a\n\njq: 1 compile error\n')).toEqual([
      { line: 0, column: 0, message: 'module not found: a' },
    ]);
  });
});

describe('outputOf', () => {
  const failed = (result: { out?: string; err?: string; limit?: 'output' | 'memory' | null }) => {
    try {
      return outputOf({ out: '', err: '', limit: null, ...result }, limits);
    } catch (error) {
      if (error instanceof TemplateFailed) return { code: error.code, message: error.message };
      throw error;
    }
  };

  it('gives the one output', () => {
    expect(failed({ out: '{"a":1}\n', err: '["DEBUG:",1]\n' })).toBe('{"a":1}');
  });

  it("gives jq's own words", () => {
    expect(
      failed({ err: 'jq: error (at /dev/stdin:0): string ("Customer ") and number (1) cannot be added\n' }),
    ).toEqual({
      code: 'template_failed',
      message: 'jq: string ("Customer ") and number (1) cannot be added',
    });
    expect(failed({ err: 'jq: error (at /dev/stdin:1) (not a string): {"a":1}\n' })).toMatchObject({
      message: 'jq: {"a":1}',
    });
  });

  it('wants exactly one output', () => {
    expect(failed({})).toMatchObject({
      code: 'template_failed',
      message: 'The program gave no output; it must give exactly one.',
    });
    expect(failed({ out: '1\n2\n' })).toMatchObject({
      code: 'template_failed',
      message: 'The program gave 2 outputs; it must give exactly one.',
    });
  });

  it('names the limit that was met', () => {
    expect(failed({ limit: 'output' })).toMatchObject({ code: 'template_limit' });
    expect(failed({ limit: 'memory', err: 'jq: error: cannot allocate memory' })).toMatchObject({
      code: 'template_limit',
    });
  });
});
