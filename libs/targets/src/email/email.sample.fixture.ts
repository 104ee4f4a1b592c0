import type { SampleConnector } from '../sample-connectors.fixture.js';

export const sample: SampleConnector = {
  config: {
    to: ['soc@example.com'],
    cc: ['duty@example.com'],
    from: 'waybill@example.com',
    replyTo: 'soc@example.com',
    subject: '[{{incident_threat_rating}}] {{incident.summary}}',
    smtpUrl: 'smtps://alerts@smtp.example.com:465',
  },
  secrets: { smtpPassword: 'smtp-secret-password' },
};
