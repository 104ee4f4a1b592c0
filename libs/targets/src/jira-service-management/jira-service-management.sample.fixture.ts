import type { SampleConnector } from '../sample-connectors.fixture.js';

export const sample: SampleConnector = {
  config: {
    baseUrl: 'https://example.atlassian.net',
    serviceDeskId: '4',
    requestTypeId: '27',
    onUpdate: 'comment',
    resolveTransition: 'Resolve',
  },
  secrets: { email: 'waybill@example.com', apiToken: 'jsm-api-token' },
};
