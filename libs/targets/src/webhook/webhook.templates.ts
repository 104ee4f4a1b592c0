import type { DefaultTemplate } from '../target.js';
import { jsonTemplate } from '../default-template.js';

/**
 * The samples of the original, with its field names, and without the paths that no schema has (`summary`,
 * `assets.al__deployment`, `attacker.value`). They are a beginning: the receiver decides what it wants to read.
 */
export const webhookTemplates: Readonly<Record<string, DefaultTemplate>> = {
  incident: jsonTemplate({
    account_id: '{{accountId}}',
    customer_name: '{{customer}}',
    deployment_name: '{{deployment}}',
    short_incident_id: '{{humanFriendlyId}}',
    long_incident_id: '{{incidentId}}',
    summary: '{{incident.summary}}',
    description: '{{incident.description}}',
    recommendations: '{{incident.recommendations}}',
    attacker: '{{attacker.ip}}',
    victim: '{{victim.value}}',
    timestamp: '{{createtime_str}}',
    threat_rating: '{{incident_threat_rating}}',
    incident_class: '{{incident_class}}',
    status: '{{customer_status.status}}',
    url: '{{extra.incidentUrl}}',
  }),
  observation: jsonTemplate({
    account_id: '{{id.account}}',
    observation_id: '{{extra.observation_id}}',
    summary: '{{fields.summary}}',
    description: '{{fields.desc}}',
    severity: '{{fields.severity}}',
    class: '{{fields.class}}',
    subclass: '{{fields.subclass}}',
    recommendations: '{{fields.recommendations}}',
    message: '{{fields.keys.message}}',
  }),
  'scheduled-report': jsonTemplate({
    account_id: '{{account_id}}',
    report_name: '{{artifact_data.metadata.scheduled_report_name}}',
    report_type: '{{artifact_data.metadata.report_type}}',
    cadence: '{{artifact_data.metadata.cadence}}',
    created: '{{artifact_data.metadata.artifact_create_date}}',
    result_count: '{{artifact_data.result_count}}',
    status: '{{status}}',
    url: '{{extra.ui_url}}',
    download_url: '{{extra.download_url}}',
  }),
  health: jsonTemplate({
    account_id: '{{cid}}',
    account_name: '{{customer_account_name}}',
    deployment_name: '{{deployment_name}}',
    summary: '{{alert_summary}}',
    description: '{{alert_description}}',
    alert_type: '{{alert_type}}',
    asset_name: '{{asset_name}}',
    asset_type: '{{asset_type}}',
    asset_key: '{{asset_key}}',
    impact: '{{exposure_impact}}',
    remediation: '{{configuration_remediation_name}}',
  }),
  generic: {
    format: 'json',
    body: '{"type":"{{notification.type}}","id":"{{notification.id}}","timestamp":"{{notification.time}}","data":{"$value":"."}}',
  },
};
