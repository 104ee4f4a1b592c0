import { jsonTemplate } from '../default-template.js';
import type { DefaultTemplate } from '../target.js';

/** The room adds the correlation id, and turns ratings in `impact`, `urgency` and `severity` into 1, 2 or 3. */
export const servicenowTemplates: Readonly<Record<string, DefaultTemplate>> = {
  incident: jsonTemplate({
    short_description: '{{incident.summary}}. Incident ID: {{humanFriendlyId}}',
    description:
      'Customer: {{customer}}\nDeployment: {{deployment}}\n\n{{incident.description}}\n\nRecommendations:\n{{incident.recommendations}}\n\nIncident link: {{extra.incidentUrl}}',
    impact: '{{incident_threat_rating}}',
    urgency: '{{incident_threat_rating}}',
    severity: '{{incident_threat_rating}}',
  }),
  observation: jsonTemplate({
    short_description: '{{fields.summary}}. Observation ID: {{extra.observation_id}}',
    description: '{{fields.desc}}\n\nRecommendations:\n{{fields.recommendations}}\n\nMessage:\n{{fields.keys.message}}',
    impact: '{{fields.severity}}',
    urgency: '{{fields.severity}}',
    severity: '{{fields.severity}}',
  }),
  'scheduled-report': jsonTemplate({
    short_description: 'Report: {{artifact_data.metadata.scheduled_report_name}}',
    description:
      '{{artifact_data.metadata.report_description}}\n\n{{artifact_data.metadata.cadence}}, made {{artifact_data.metadata.artifact_create_date}}\n{{extra.ui_url}}',
  }),
  health: jsonTemplate({
    short_description: '{{asset_name}}: {{alert_summary}}',
    description:
      '{{alert_description}}\n\nAsset: {{asset_name}} ({{asset_type}}, {{asset_key}})\nDeployment: {{deployment_name}}\nAccount: {{customer_account_name}}\n\nImpact: {{exposure_impact}}\nRemediation: {{configuration_remediation_name}}',
  }),
  generic: jsonTemplate({
    short_description: 'Notification {{notification.type}}',
    description: 'From {{notification.source}} at {{notification.time}}, id {{notification.id}}\n\n{{.}}',
  }),
};
