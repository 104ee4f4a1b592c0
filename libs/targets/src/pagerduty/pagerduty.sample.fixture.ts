import type { SampleConnector } from '../sample-connectors.fixture.js';

export const sample: SampleConnector = {
  config: { baseUrl: 'https://events.pagerduty.com', client: 'SOC', clientUrl: 'https://console.example.com/' },
  secrets: { routingKey: '0123456789abcdef0123456789abcdef' },
};
