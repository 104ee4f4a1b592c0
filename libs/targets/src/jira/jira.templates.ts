import { jsonTemplate } from '../default-template.js';
import type { DefaultTemplate } from '../target.js';
import { ticketTexts } from './adf-template.js';

/** The room adds project, issue type and label, and turns a rating into a priority of the connector's map. */
export const jiraTemplates: Readonly<Record<string, DefaultTemplate>> = {
  incident: jsonTemplate({ fields: { ...ticketTexts.incident, priority: '{{incident_threat_rating}}' } }),
  observation: jsonTemplate({ fields: { ...ticketTexts.observation, priority: '{{fields.severity}}' } }),
  'scheduled-report': jsonTemplate({ fields: ticketTexts['scheduled-report'] }),
  health: jsonTemplate({ fields: ticketTexts.health }),
  generic: jsonTemplate({ fields: ticketTexts.generic }),
};
