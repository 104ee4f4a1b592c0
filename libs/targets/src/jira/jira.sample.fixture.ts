import type { SampleConnector } from '../sample-connectors.fixture.js';

export const sample: SampleConnector = {
  config: {
    baseUrl: 'https://example.atlassian.net',
    deployment: 'cloud',
    projectKey: 'OPS',
    issueType: 'Task',
    fields: { components: [{ name: 'Security' }] },
    priorityMap: { Critical: '1' },
    onUpdate: 'comment',
    resolveTransition: 'Done',
  },
  secrets: { email: 'waybill@example.com', apiToken: 'jira-api-token' },
};
