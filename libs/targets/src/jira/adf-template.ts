/** A document for a default template. Nodes that stay empty because the notification lacks a field are taken out by the room. */
export const adfDocument = (...content: readonly unknown[]) => ({ type: 'doc', version: 1, content });

export const adfParagraph = (text: string) => ({ type: 'paragraph', content: [{ type: 'text', text }] });

/** A heading and its text in one section, so that neither is left without the other. */
export const adfSection = (path: string, name: string) => [
  { type: 'heading', attrs: { level: 3 }, content: [{ type: 'text', text: `{{#${path}}}${name}{{/${path}}}` }] },
  adfParagraph(`{{${path}}}`),
];

export const adfLink = (path: string, name: string) => ({
  type: 'paragraph',
  content: [{ type: 'text', text: name, marks: [{ type: 'link', attrs: { href: `{{${path}}}` } }] }],
});

export const adfCode = (text: string) => ({
  type: 'codeBlock',
  attrs: { language: 'json' },
  content: [{ type: 'text', text }],
});

/** Summary and description of the built-in types, as Jira and the service desk show them. */
export const ticketTexts = {
  incident: {
    summary: '{{incident.summary}}',
    description: adfDocument(
      adfParagraph('{{incident.description}}'),
      ...adfSection('incident.recommendations', 'Recommendations'),
      adfParagraph('Incident {{humanFriendlyId}}, customer {{customer}}, threat rating {{incident_threat_rating}}'),
      adfLink('extra.incidentUrl', 'See the incident'),
    ),
  },
  observation: {
    summary: '{{fields.summary}}',
    description: adfDocument(
      adfParagraph('{{fields.desc}}'),
      ...adfSection('fields.recommendations', 'Recommendations'),
      adfParagraph(
        'Class {{fields.class}}, subclass {{fields.subclass}}, severity {{fields.severity}}, observation {{extra.observation_id}}',
      ),
      adfCode('{{fields.keys.message}}'),
    ),
  },
  'scheduled-report': {
    summary: 'Report: {{artifact_data.metadata.scheduled_report_name}}',
    description: adfDocument(
      adfParagraph('{{artifact_data.metadata.report_description}}'),
      adfParagraph('{{artifact_data.metadata.cadence}}, made {{artifact_data.metadata.artifact_create_date}}'),
      adfLink('extra.ui_url', 'Open the report'),
    ),
  },
  health: {
    summary: '{{asset_name}}: {{alert_summary}}',
    description: adfDocument(
      adfParagraph('{{alert_description}}'),
      ...adfSection('exposure_impact', 'Impact'),
      ...adfSection('configuration_remediation_name', 'Remediation'),
      adfParagraph(
        'Asset {{asset_name}} ({{asset_type}}), deployment {{deployment_name}}, account {{customer_account_name}}',
      ),
    ),
  },
  generic: {
    summary: 'Notification {{notification.type}}',
    description: adfDocument(
      adfParagraph('From {{notification.source}} at {{notification.time}}, id {{notification.id}}'),
      adfCode('{{.}}'),
    ),
  },
} as const;
