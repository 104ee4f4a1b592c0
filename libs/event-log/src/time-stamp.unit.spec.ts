import { createHash } from 'node:crypto';
import { timeStampRequest, TimeStampRefused, verifyTimeStamp } from './time-stamp.js';
import { opensslResponse, opensslRoot, stampedText, stampNonce } from './time-stamp.fixture.js';

const text = Buffer.from(stampedText);

describe('a time stamp', () => {
  it('is asked for as RFC 3161 says: version 1, SHA-256 of the text, the nonce, and the certificates', () => {
    const imprint = createHash('sha256').update(text).digest('hex');
    // SEQUENCE { INTEGER 1, SEQUENCE { SEQUENCE { OID 2.16.840.1.101.3.4.2.1, NULL }, OCTET STRING }, INTEGER nonce, BOOLEAN true }
    const algorithm = '300d06096086480165030402010500';
    const body = `020101${'3031'}${algorithm}0420${imprint}0203${'00ff01'}0101ff`;
    expect(timeStampRequest(text, Buffer.from('0000ff01', 'hex')).toString('hex')).toBe(
      `30${(body.length / 2).toString(16)}${body}`,
    );
  });

  it('of another program is understood, and says when and by whom', () => {
    const { at, serial, authority } = verifyTimeStamp(opensslResponse, text, opensslRoot, { nonce: stampNonce });
    expect(authority).toBe('O=Example, CN=Example time stamps');
    // As `openssl ts -reply -text` prints them.
    expect([at.toISOString(), serial]).toEqual(['2026-11-24T10:33:29.000Z', '04']);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['about another text', () => verifyTimeStamp(opensslResponse, Buffer.from('x'), opensslRoot), /something else/],
    [
      'that answers another request',
      () => verifyTimeStamp(opensslResponse, text, opensslRoot, { nonce: Buffer.from([1]) }),
      /another request/,
    ],
    ['without a root', () => verifyTimeStamp(opensslResponse, text, ''), /no root certificate/],
    ['that is none', () => verifyTimeStamp(Buffer.from('no'), text, opensslRoot), /no time stamp response/],
    ['that is empty', () => verifyTimeStamp(Buffer.alloc(0), text, opensslRoot), /no time stamp response/],
    [
      'that was refused',
      // SEQUENCE { SEQUENCE { INTEGER 2 } }: PKIStatus rejection, no token.
      () => verifyTimeStamp(Buffer.from('30053003020102', 'hex'), text, opensslRoot),
      /the authority refused/,
    ],
    ['that is cut short', () => verifyTimeStamp(opensslResponse.subarray(0, -10), text, opensslRoot), /no time stamp/],
  ])('%s is refused', (_case, act, words) => {
    expect(act).toThrow(TimeStampRefused);
    expect(act).toThrow(words);
  });

  it('never opens to something else with one changed bit, and never fails in another way', () => {
    const good = verifyTimeStamp(opensslResponse, text, opensslRoot);
    let refused = 0;
    for (let at = 0; at < opensslResponse.length; at += 17) {
      const changed = Buffer.from(opensslResponse);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      try {
        // What is accepted all the same lies outside of the signature, and says the same.
        expect(verifyTimeStamp(changed, text, opensslRoot)).toEqual(good);
      } catch (error) {
        if (!(error instanceof TimeStampRefused)) throw error;
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(opensslResponse.length / 17 / 2);
  });
});
