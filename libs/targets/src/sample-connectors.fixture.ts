/** One connector per target as its documents show it: valid, complete, and fit for development on loopback. For specs and the documents. */
export interface SampleConnector {
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

export const sampleConnectors: Readonly<Record<string, SampleConnector>> = {
  jira: {
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
  },
  'jira-service-management': {
    config: {
      baseUrl: 'https://example.atlassian.net',
      serviceDeskId: '4',
      requestTypeId: '27',
      onUpdate: 'comment',
      resolveTransition: 'Resolve',
    },
    secrets: { email: 'waybill@example.com', apiToken: 'jsm-api-token' },
  },
  servicenow: {
    config: {
      baseUrl: 'https://example.service-now.com',
      table: 'incident',
      fields: { category: 'security' },
      onUpdate: 'comment',
      resolve: { state: '6', closeCode: 'Solution provided', closeNotes: 'The source reports that this is over.' },
    },
    secrets: { username: 'waybill.user', password: 'servicenow-password' },
  },
  teams: {
    config: {},
    secrets: {
      url: 'https://a1.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/b/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=teams-signature',
    },
  },
  slack: { config: {}, secrets: { url: 'https://hooks.slack.com/services/T00000000/B00000000/slack-hook' } },
  pagerduty: {
    config: { baseUrl: 'https://events.pagerduty.com', client: 'SOC', clientUrl: 'https://console.example.com/' },
    secrets: { routingKey: '0123456789abcdef0123456789abcdef' },
  },
  webhook: {
    config: {
      url: 'https://hooks.example.com/in',
      method: 'POST',
      headers: { Accept: 'application/json' },
      auth: { kind: 'basic', username: 'admin' },
    },
    secrets: { password: 'webhook-password', signingSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
  },
  email: {
    config: {
      to: ['soc@example.com'],
      cc: ['duty@example.com'],
      from: 'waybill@example.com',
      replyTo: 'soc@example.com',
      subject: '[{{incident_threat_rating}}] {{incident.summary}}',
      smtpUrl: 'smtps://alerts@smtp.example.com:465',
    },
    secrets: { smtpPassword: 'smtp-secret-password' },
  },
};
