import { z } from 'zod';
import { deploymentSchema, readDeployment } from './deployment.js';
import { PolicyFault } from './policy.js';

const development = { production: false };
const allow = { egress: { allow: ['127.0.0.1/32:2525-2525'] } };

describe('readDeployment', () => {
  it('takes a file that says nothing of the way out, and its other members', () => {
    expect(readDeployment({ retention: { days: 90 } }, development)).toMatchObject({
      policy: { allow: [] },
      smtp: null,
    });
    expect(readDeployment(undefined, development).smtp).toBeNull();
  });

  it('takes a mail server that an entry opens', () => {
    const smtp = { url: 'smtp://relay@127.0.0.1:2525?tls=none', password: 'p', from: 'ops@example.com' };
    expect(readDeployment({ ...allow, smtp }, development).smtp).toEqual(smtp);
  });

  it.each([
    ['that is no object', 'x'],
    ['with a mail server that no entry opens', { smtp: { url: 'smtp://127.0.0.1:2525', from: 'a@b.example' } }],
    ['with another scheme', { smtp: { url: 'http://smtp.example.com', from: 'a@b.example' } }],
    ['with a password in the URL', { smtp: { url: 'smtp://a:b@smtp.example.com', from: 'a@b.example' } }],
    ['with an unknown setting in the URL', { smtp: { url: 'smtp://smtp.example.com?name=x', from: 'a@b.example' } }],
    ['without a sender', { smtp: { url: 'smtp://smtp.example.com' } }],
    ['with an unknown member', { smtp: { url: 'smtp://smtp.example.com', from: 'a@b.example', tls: false } }],
  ])('refuses a file %s', (_what, file) => {
    expect(() => readDeployment(file, development)).toThrow(PolicyFault);
  });

  it('says the faults of both members, not those of one of them', () => {
    const file = { egress: { allow: ['127.0.0.1/8:1-2'], http: 1 }, smtp: { url: 'smtp://127.0.0.1:2525' } };
    const { error } = z.object({ file: deploymentSchema(development) }).safeParse({ file });
    expect(error?.issues.map(({ path, message }) => [path.join('.'), message.split(' ')[0]])).toEqual([
      ['file', '`egress.allow`:'],
      ['file', '`egress.http`'],
      ['file', '`smtp.from`'],
    ]);
  });
});
