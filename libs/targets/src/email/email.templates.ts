import { jsonTemplate } from '../default-template.js';
import type { DefaultTemplate } from '../target.js';

/**
 * A template of e-mail gives `{"subject", "markdown"}`, and the renderer makes safe HTML and a text part of the Markdown; or
 * `{"subject", "text", "html"}` where somebody wants to lay the mail out. `subject` is what counts where the connector has none.
 *
 * Incidents have the four fields of the original: summary, description, recommendations, link. An absent one leaves its
 * line empty, as there.
 */
export const emailTemplates: Readonly<Record<string, DefaultTemplate>> = {
  incident: jsonTemplate({
    subject: '[{{incident_threat_rating}}] {{incident.summary}} ({{humanFriendlyId}})',
    markdown:
      '# {{incident.summary}}\n\n{{incident.description}}\n\n## Recommendations\n\n{{incident.recommendations}}\n\n{{#extra.incidentUrl}}<{{extra.incidentUrl}}>{{/extra.incidentUrl}}',
  }),
  observation: jsonTemplate({
    subject: '[{{fields.severity}}] {{fields.summary}}',
    markdown:
      '# {{fields.summary}}\n\n{{fields.desc}}\n\n## Recommendations\n\n{{fields.recommendations}}\n\nSeverity: {{fields.severity}}, class: {{fields.class}}, subclass: {{fields.subclass}}, observation {{extra.observation_id}}',
  }),
  'scheduled-report': jsonTemplate({
    subject: 'Report: {{artifact_data.metadata.scheduled_report_name}}',
    markdown:
      '# {{artifact_data.metadata.scheduled_report_name}}\n\n{{artifact_data.metadata.report_description}}\n\n{{artifact_data.metadata.cadence}}, made {{artifact_data.metadata.artifact_create_date}}\n\n{{#extra.ui_url}}<{{extra.ui_url}}>{{/extra.ui_url}}',
  }),
  health: jsonTemplate({
    subject: 'Health: {{asset_name}} {{alert_summary}}',
    markdown:
      '# {{alert_summary}}\n\n{{alert_description}}\n\nAsset: {{asset_name}} ({{asset_type}}), deployment: {{deployment_name}}, account: {{customer_account_name}}\n\nImpact: {{exposure_impact}}\n\nRemediation: {{configuration_remediation_name}}',
  }),
  generic: jsonTemplate({
    subject: 'Notification {{notification.type}}',
    markdown:
      'A notification of the type {{notification.type}} from {{notification.source}} at {{notification.time}}.\n\nId: {{notification.id}}',
  }),
};
