import type { SampleConnector } from '../sample-connectors.fixture.js';

export const sample: SampleConnector = {
  config: {},
  secrets: { url: 'https://hooks.slack.com/services/T00000000/B00000000/slack-hook' },
};
