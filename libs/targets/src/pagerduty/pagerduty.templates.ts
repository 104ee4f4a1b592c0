import { jsonTemplate } from '../default-template.js';
import type { DefaultTemplate } from '../target.js';

/**
 * The room adds the integration key, the action and the dedup key, maps severities and leaves out what is empty. The fields
 * differ from the original's templates where those name what no schema has (`dedup_hint`, `fields.id`, a severity that was
 * always `info`).
 */
export const pagerdutyTemplates: Readonly<Record<string, DefaultTemplate>> = {
  incident: jsonTemplate({
    payload: {
      summary: '{{incident.summary}}',
      severity: '{{incident_threat_rating}}',
      source: '{{victim.value}}',
      timestamp: '{{createtime_str}}',
      group: 'Security',
      class: '{{incident_class}}',
      custom_details: {
        incident_id: '{{humanFriendlyId}}',
        customer: '{{customer}}',
        deployment: '{{deployment}}',
        description: '{{incident.description}}',
        recommendations: '{{incident.recommendations}}',
        attacker: '{{attacker.ip}}',
      },
    },
    links: [{ href: '{{extra.incidentUrl}}', text: 'See the incident' }],
  }),
  observation: jsonTemplate({
    payload: {
      summary: '{{fields.summary}}',
      severity: '{{fields.severity}}',
      source: '{{fields.path}}',
      timestamp: '{{fields.ts}}',
      group: 'Security',
      class: '{{fields.class}}',
      custom_details: {
        observation_id: '{{extra.observation_id}}',
        customer: '{{extra.customer_name}}',
        description: '{{fields.desc}}',
        recommendations: '{{fields.recommendations}}',
        subclass: '{{fields.subclass}}',
        message: '{{fields.keys.message}}',
      },
    },
  }),
  'scheduled-report': jsonTemplate({
    payload: {
      summary: 'Report: {{artifact_data.metadata.scheduled_report_name}}',
      severity: 'info',
      source: '{{artifact_data.metadata.customer_name}}',
      class: '{{artifact_data.metadata.report_type}}',
      custom_details: {
        description: '{{artifact_data.metadata.report_description}}',
        cadence: '{{artifact_data.metadata.cadence}}',
        created: '{{artifact_data.metadata.artifact_create_date}}',
      },
    },
    links: [{ href: '{{extra.ui_url}}', text: 'Open the report' }],
  }),
  health: jsonTemplate({
    payload: {
      summary: '{{asset_name}}: {{alert_summary}}',
      severity: 'warning',
      source: '{{asset_key}}',
      component: '{{asset_name}}',
      group: '{{deployment_name}}',
      class: '{{alert_type}}',
      timestamp: '{{create_date}}',
      custom_details: {
        account: '{{customer_account_name}}',
        description: '{{alert_description}}',
        impact: '{{exposure_impact}}',
        remediation: '{{configuration_remediation_name}}',
      },
    },
  }),
  generic: jsonTemplate({
    payload: {
      summary: 'Notification {{notification.type}}',
      severity: 'warning',
      source: '{{notification.source}}',
      class: '{{notification.type}}',
      custom_details: { notification_id: '{{notification.id}}', payload: { $value: '.' } },
    },
  }),
};
