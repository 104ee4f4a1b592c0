import type { SampleConnector } from '../sample-connectors.fixture.js';

export const sample: SampleConnector = {
  config: {
    baseUrl: 'https://example.service-now.com',
    table: 'incident',
    fields: { category: 'security' },
    onUpdate: 'comment',
    resolve: { state: '6', closeCode: 'Solution provided', closeNotes: 'The source reports that this is over.' },
  },
  secrets: { username: 'waybill.user', password: 'servicenow-password' },
};
