import { EgressFault } from './fault.js';
import { signature, signingKeyBytesMax, signingKeyBytesMin } from './sign.js';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const seconds = 1_614_265_330;
const secretOfBytes = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

describe('signature', () => {
  // targets.md 8.1; A is the vector of the official library.
  it.each([
    ['the official vector', '{"test": 2432232314}', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    ['an empty body', '', 'v1,v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A='],
    [
      'letters outside ASCII',
      '{"text":"café 🚨 line1\\nline2 \\"q\\""}',
      'v1,D/QakCVtpYJESlSEaP9g2tVMyjZxLSM8C8uJecE2Z94=',
    ],
    ['the same value in another spelling', '{"test":2432232314}', 'v1,Vif40peJBP7Iyl0XGmu61n4MwdrcHov5CFREBpE0svs='],
  ])('signs %s', (_what, body, expected) => {
    expect(signature(id, seconds, body, [secret])).toBe(expected);
  });

  it('signs with the old and the new secret, with a blank between', () => {
    const other = secretOfBytes(32);
    const both = signature(id, seconds, '', [secret, other]);
    expect(both).toBe(`${signature(id, seconds, '', [secret])} ${signature(id, seconds, '', [other])}`);
  });

  it('takes a secret without its prefix for the same', () => {
    expect(signature(id, seconds, '', [secret.slice('whsec_'.length)])).toBe(signature(id, seconds, '', [secret]));
  });

  it.each([
    ['one byte too short', secretOfBytes(signingKeyBytesMin - 1)],
    ['one byte too long', secretOfBytes(signingKeyBytesMax + 1)],
    ['no base64', 'whsec_not base64 at all, not at all'],
    ['empty', 'whsec_'],
  ])('refuses a secret that is %s, without repeating it', (_what, bad) => {
    expect(() => signature(id, seconds, '', [bad])).toThrow(EgressFault);
    try {
      signature(id, seconds, '', [bad]);
    } catch (error) {
      if (bad.length > 6) expect(String(error)).not.toContain(bad.slice(6));
    }
  });

  it('takes secrets at both bounds', () => {
    for (const bytes of [signingKeyBytesMin, signingKeyBytesMax]) {
      expect(signature(id, seconds, '', [secretOfBytes(bytes)])).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    }
  });
});
