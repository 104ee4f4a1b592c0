import { jsonTemplate } from '../default-template.js';
import { ticketTexts } from '../jira/adf-template.js';
import type { DefaultTemplate } from '../target.js';

/** The room adds the numbers of desk and request type, and turns the description into escaped wiki markup. */
export const jiraServiceManagementTemplates: Readonly<Record<string, DefaultTemplate>> = {
  incident: jsonTemplate({ requestFieldValues: ticketTexts.incident }),
  observation: jsonTemplate({ requestFieldValues: ticketTexts.observation }),
  'scheduled-report': jsonTemplate({ requestFieldValues: ticketTexts['scheduled-report'] }),
  health: jsonTemplate({ requestFieldValues: ticketTexts.health }),
  generic: jsonTemplate({ requestFieldValues: ticketTexts.generic }),
};
