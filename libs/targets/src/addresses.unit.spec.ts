import { addressesOf, originsOf } from './addresses.js';

const connector = {
  config: {
    url: 'https://hooks.example:8443/a?b=c',
    smtpUrl: 'smtps://mail.example',
    auth: { tokenUrl: 'https://id.example/token' },
    oauth2: { tokenUrl: 'https://id.example/other' },
    baseUrl: 'no address',
  },
  secrets: { url: 'https://user:word@hooks.example/services/T/B/key', token: 'https://not.an.address' },
};

describe('the addresses of a connector', () => {
  it('are found wherever its target has them, with their place', () => {
    expect(addressesOf(connector)).toEqual([
      ['/config/url', 'https://hooks.example:8443/a?b=c'],
      ['/config/baseUrl', 'no address'],
      ['/config/smtpUrl', 'smtps://mail.example'],
      ['/config/auth/tokenUrl', 'https://id.example/token'],
      ['/config/oauth2/tokenUrl', 'https://id.example/other'],
      ['/secrets/url', 'https://user:word@hooks.example/services/T/B/key'],
    ]);
    expect(addressesOf({ config: { url: 7, auth: null }, secrets: {} })).toEqual([]);
  });

  it('are shown without what may be secret in them', () => {
    expect(originsOf(connector)).toEqual([
      'https://hooks.example:8443',
      'smtps://mail.example',
      'https://id.example',
      'https://hooks.example',
    ]);
  });
});
