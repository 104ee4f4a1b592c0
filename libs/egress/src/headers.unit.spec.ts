import { EgressFault } from './fault.js';
import { addHeader, headerFault, headersCountMax } from './headers.js';

describe('a header of a connector', () => {
  it.each([
    ['CR and LF', 'X-A', 'a\r\nX-Evil: 1'],
    ['LF alone', 'X-A', 'a\nb'],
    ['NUL', 'X-A', 'a\u0000'],
    ['a letter that becomes LF when cut to a byte', 'X-A', '\u010a'],
    ['a letter that becomes CR when cut to a byte', 'X-A', '\u010d'],
    ['a letter outside ASCII', 'X-A', 'ü'],
    ['a blank in the name', 'X A', '1'],
    ['a colon in the name', 'X-A:', '1'],
    ['a line end in the name', 'X-A\r\nX-B', '1'],
    ['no name', '', '1'],
    ['a name longer than 200', 'a'.repeat(201), '1'],
  ])('is refused with %s', (_what, name, value) => {
    expect(headerFault(name, value)).not.toBeNull();
    expect(() => addHeader(new Map(), name, value)).toThrow(EgressFault);
  });

  it.each(
    (
      'Host Content-Length content-LENGTH Transfer-Encoding Connection Keep-Alive TE Trailer Upgrade Expect Cookie Forwarded Via ' +
      'Accept-Encoding Proxy-Authorization X-Forwarded-For webhook-id WEBHOOK-Signature waybill-hop Sec-Fetch-Mode'
    )
      .split(' ')
      .map((name) => [name]),
  )('is refused under the name %s', (name) => {
    expect(headerFault(name, '1')).toBe('cannot be set');
    expect(() => addHeader(new Map(), name, '1')).toThrow(EgressFault);
  });

  it('is refused the second time, whatever its case', () => {
    const headers = new Map<string, string>();
    addHeader(headers, 'X-Api-Key', '1');
    expect(() => addHeader(headers, 'x-api-key', '2')).toThrow(/twice/);
  });

  it('is taken up to the greatest number and not one past', () => {
    const headers = new Map<string, string>();
    for (let at = 0; at < headersCountMax; at += 1) addHeader(headers, `x-${at}`, 'v');
    expect(() => addHeader(headers, 'x-more', 'v')).toThrow(EgressFault);
  });

  it('is taken with visible ASCII and kept in lower case', () => {
    const headers = new Map<string, string>();
    addHeader(headers, 'X-Api-Key', 'abc DEF ~!"#');
    expect([...headers]).toEqual([['x-api-key', 'abc DEF ~!"#']]);
  });
});
