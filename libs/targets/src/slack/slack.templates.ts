import { jsonTemplate } from '../default-template.js';
import type { DefaultTemplate } from '../target.js';

const header = (text: string) => ({ type: 'header', text: { type: 'plain_text', text } });
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const context = (...texts: readonly string[]) => ({
  type: 'context',
  elements: texts.map((text) => ({ type: 'mrkdwn', text })),
});
const facts = (...pairs: readonly (readonly [string, string])[]) => ({
  type: 'section',
  fields: pairs.map(([name, value]) => ({ type: 'mrkdwn', text: `*${name}*\n${value}` })),
});
const link = (path: string, text: string) => `{{#${path}}}<{{${path}}}|${text}>{{/${path}}}`;

/** `text` is what a notification of the phone shows; the blocks are what stands in the channel. */
export const slackTemplates: Readonly<Record<string, DefaultTemplate>> = {
  incident: jsonTemplate({
    text: '{{incident.summary}}',
    blocks: [
      header('{{incident.summary}}'),
      facts(
        ['Threat rating', '{{incident_threat_rating}}'],
        ['Customer', '{{customer}}'],
        ['Deployment', '{{deployment}}'],
        ['Status', '{{customer_status.status}}'],
      ),
      section('{{incident.description}}'),
      section('*Recommendations:* {{incident.recommendations}}'),
      section(link('extra.incidentUrl', 'See the incident')),
      context('Incident {{humanFriendlyId}}', '{{createtime_str}}'),
    ],
  }),
  observation: jsonTemplate({
    text: '{{fields.summary}}',
    blocks: [
      header('{{fields.summary}}'),
      facts(
        ['Severity', '{{fields.severity}}'],
        ['Customer', '{{extra.customer_name}}'],
        ['Class', '{{fields.class}}'],
        ['Subclass', '{{fields.subclass}}'],
      ),
      section('{{fields.desc}}'),
      section('*Recommendations:* {{fields.recommendations}}'),
      context('Observation {{extra.observation_id}}'),
    ],
  }),
  'scheduled-report': jsonTemplate({
    text: 'Report: {{artifact_data.metadata.scheduled_report_name}}',
    blocks: [
      header('{{artifact_data.metadata.scheduled_report_name}}'),
      section('{{artifact_data.metadata.report_description}}'),
      section(link('extra.ui_url', 'Open the report')),
      context('{{artifact_data.metadata.cadence}}', '{{artifact_data.metadata.artifact_create_date}}'),
    ],
  }),
  health: jsonTemplate({
    text: '{{asset_name}}: {{alert_summary}}',
    blocks: [
      header('{{asset_name}}: {{alert_summary}}'),
      facts(
        ['Kind', '{{alert_type}}'],
        ['Asset', '{{asset_name}} ({{asset_type}})'],
        ['Account', '{{customer_account_name}}'],
        ['Deployment', '{{deployment_name}}'],
      ),
      section('{{alert_description}}'),
      section('*Impact:* {{exposure_impact}}'),
      context('{{asset_key}}'),
    ],
  }),
  generic: jsonTemplate({
    text: 'Notification {{notification.type}}',
    blocks: [
      header('Notification {{notification.type}}'),
      section('A notification of the type `{{notification.type}}` from `{{notification.source}}`.'),
      context('{{notification.id}}', '{{notification.time}}'),
    ],
  }),
};
