import { jsonTemplate } from '../default-template.js';
import type { DefaultTemplate } from '../target.js';

const title = (text: string) => ({ type: 'TextBlock', text, weight: 'Bolder', size: 'Large', wrap: true });
const paragraph = (text: string) => ({ type: 'TextBlock', text, wrap: true });
const subtle = (text: string) => ({ type: 'TextBlock', text, isSubtle: true, spacing: 'None', wrap: true });
const facts = (...pairs: readonly (readonly [string, string])[]) => ({
  type: 'FactSet',
  facts: pairs.map(([name, value]) => ({ title: name, value })),
});
const open = (name: string, path: string) => [{ type: 'Action.OpenUrl', title: name, url: `{{${path}}}` }];

const card = (body: readonly unknown[], actions?: readonly unknown[]): DefaultTemplate =>
  jsonTemplate({
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    // 1.4 is what peers send and every Teams client shows.
    version: '1.4',
    msteams: { width: 'Full' },
    body,
    ...(actions === undefined ? {} : { actions }),
  });

export const teamsTemplates: Readonly<Record<string, DefaultTemplate>> = {
  incident: card(
    [
      title('{{incident.summary}}'),
      subtle('ID: {{humanFriendlyId}} | Customer: {{customer}} | Deployment: {{deployment}}'),
      facts(
        ['Threat rating', '{{incident.threatRating}}'],
        ['Escalated', '{{incident.escalated}}'],
        ['Class', '{{incident_class}}'],
        ['Status', '{{customer_status.status}}'],
        ['Created', '{{createtime_str}}'],
      ),
      paragraph('{{incident.description}}'),
      paragraph('**Recommendations:** {{incident.recommendations}}'),
    ],
    open('See the incident', 'extra.incidentUrl'),
  ),
  observation: card([
    title('{{fields.summary}}'),
    subtle('ID: {{extra.observation_id}} | Customer: {{extra.customer_name}}'),
    facts(['Severity', '{{fields.severity}}'], ['Class', '{{fields.class}}'], ['Subclass', '{{fields.subclass}}']),
    paragraph('{{fields.desc}}'),
    paragraph('**Recommendations:** {{fields.recommendations}}'),
    paragraph('{{fields.keys.message}}'),
  ]),
  'scheduled-report': card(
    [
      title('{{artifact_data.metadata.scheduled_report_name}}'),
      subtle('{{artifact_data.metadata.cadence}} | {{artifact_data.metadata.artifact_create_date}}'),
      paragraph('{{artifact_data.metadata.report_description}}'),
    ],
    open('Open the report', 'extra.ui_url'),
  ),
  health: card([
    title('{{asset_name}}: {{alert_summary}}'),
    subtle('Customer: {{customer_account_name}} | Deployment: {{deployment_name}}'),
    facts(['Kind', '{{alert_type}}'], ['Asset', '{{asset_name}} ({{asset_type}})'], ['Key', '{{asset_key}}']),
    paragraph('{{alert_description}}'),
    paragraph('**Impact:** {{exposure_impact}}'),
  ]),
  generic: card([
    title('Notification {{notification.type}}'),
    facts(['Source', '{{notification.source}}'], ['Id', '{{notification.id}}'], ['Time', '{{notification.time}}']),
  ]),
};
