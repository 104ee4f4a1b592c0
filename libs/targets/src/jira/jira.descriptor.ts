import { nameLengthMax } from '@waybill/contracts/http/fields';
import type { TargetDescriptor } from '../target.js';
import { baseUrlField, fieldsField, jiraSecrets, onUpdateField, resolveTransitionField } from './jira-form.js';
import { jiraHelp } from './jira.help.js';
import { jiraTemplates } from './jira.templates.js';

export const jiraDescriptor: TargetDescriptor = {
  id: 'jira',
  name: 'Jira',
  category: 'ticketing',
  description: 'Opens one Jira issue per thing, and comments on, edits and resolves it.',
  form: {
    type: 'object',
    additionalProperties: false,
    required: ['baseUrl', 'projectKey'],
    properties: {
      baseUrl: baseUrlField,
      deployment: {
        type: 'string',
        title: 'Deployment',
        description: 'Cloud is `….atlassian.net`; Data Center is Jira on servers of your own.',
        enum: ['cloud', 'data-center'],
        default: 'cloud',
      },
      projectKey: {
        type: 'string',
        title: 'Project key',
        description: 'The capital letters before the number of a ticket: `OPS` in OPS-17.',
        minLength: 1,
        maxLength: nameLengthMax,
        examples: ['OPS'],
      },
      issueType: {
        type: 'string',
        title: 'Issue type',
        description: 'Name or number of a type of that project.',
        minLength: 1,
        maxLength: nameLengthMax,
        default: 'Task',
      },
      fields: fieldsField('Further fields', 'Sent with every new issue unless the template gives them.', {
        components: [{ name: 'Security' }],
        customfield_10042: 'SOC',
      }),
      priorityMap: {
        type: 'object',
        title: 'Priority map',
        description:
          'From the rating of a notification to the name or, better, the number of a priority. Without: Highest, High, Medium, Low.',
        additionalProperties: { type: 'string', minLength: 1, maxLength: 255 },
        maxProperties: 50,
        default: {},
        examples: [{ Critical: '1', High: '2', Medium: '3', Low: '4', Info: '5' }],
      },
      onUpdate: onUpdateField,
      resolveTransition: resolveTransitionField,
    },
  },
  secrets: jiraSecrets,
  templates: jiraTemplates,
  // ADF text cannot become markup, and the room escapes where it turns ADF into wiki markup.
  escape: 'none',
  limits: [
    { what: 'summary', max: 255, unit: 'characters', beyond: 'cut' },
    { what: 'description and comment', max: 32_767, unit: 'characters', beyond: 'cut' },
    { what: 'label', max: 255, unit: 'characters', beyond: 'cut' },
  ],
  connectionTest: {
    offered: true,
    says: 'Asks Jira whom the credential belongs to (`GET /rest/api/…/myself`). Nothing is made or changed.',
  },
  help: jiraHelp,
};
