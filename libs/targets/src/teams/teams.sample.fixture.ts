import type { SampleConnector } from '../sample-connectors.fixture.js';

export const sample: SampleConnector = {
  config: {},
  secrets: {
    url: 'https://a1.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/b/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=teams-signature',
  },
};
