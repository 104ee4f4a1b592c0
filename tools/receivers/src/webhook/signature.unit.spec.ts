import { signatureFault, signatureOf } from './signature.js';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const timestamp = '1614265330';

/** The vectors of targets.md 8.1; A is the official library's. */
const vectors: readonly (readonly [title: string, body: string, signature: string])[] = [
  ['A, with a blank', '{"test": 2432232314}', 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
  ['B, empty', '', 'v1,v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A='],
  ['C, not ASCII', '{"text":"café 🚨 line1\\nline2 \\"q\\""}', 'v1,D/QakCVtpYJESlSEaP9g2tVMyjZxLSM8C8uJecE2Z94='],
  ['D, without a blank', '{"test":2432232314}', 'v1,Vif40peJBP7Iyl0XGmu61n4MwdrcHov5CFREBpE0svs='],
];

describe('a Standard Webhooks signature', () => {
  it.each(vectors)('is that of vector %s', (_title, body, signature) => {
    expect(signatureOf(secret, id, timestamp, Buffer.from(body))).toBe(signature);
  });

  const fault = (offSeconds: number): string | null => {
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': vectors[3]?.[2] ?? '' };
    const nowMs = (Number(timestamp) + offSeconds) * 1_000;
    return signatureFault(headers, Buffer.from(vectors[3]?.[1] ?? ''), [secret], nowMs, 300);
  };

  it('is good for 300 s to both sides, and not for 301', () => {
    expect([fault(300), fault(-300)]).toEqual([null, null]);
    expect([fault(301), fault(-301)]).toEqual(['timestamp is 301 s off', 'timestamp is 301 s off']);
  });
});
