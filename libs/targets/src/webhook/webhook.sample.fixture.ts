import type { SampleConnector } from '../sample-connectors.fixture.js';

export const sample: SampleConnector = {
  config: {
    url: 'https://hooks.example.com/in',
    method: 'POST',
    headers: { Accept: 'application/json' },
    auth: { kind: 'basic', username: 'admin' },
  },
  secrets: { password: 'webhook-password', signingSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
};
