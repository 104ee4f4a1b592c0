import { baseUrlField, fieldsField, jiraSecrets, onUpdateField, resolveTransitionField } from '../jira/jira-form.js';
import type { TargetDescriptor } from '../target.js';
import { jiraServiceManagementHelp } from './jira-service-management.help.js';
import { jiraServiceManagementTemplates } from './jira-service-management.templates.js';

const number = (title: string, description: string, example: string) => ({
  // Jira wants texts; people and scripts write numbers.
  type: ['string', 'integer'],
  title,
  description,
  minLength: 1,
  maxLength: 20,
  minimum: 1,
  pattern: '^[0-9]+$',
  examples: [example],
});

export const jiraServiceManagementDescriptor: TargetDescriptor = {
  id: 'jira-service-management',
  name: 'Jira Service Management',
  category: 'ticketing',
  description: 'Raises one request per thing at a service desk, and comments on, edits and resolves it.',
  form: {
    type: 'object',
    additionalProperties: false,
    required: ['baseUrl', 'serviceDeskId', 'requestTypeId'],
    properties: {
      baseUrl: baseUrlField,
      serviceDeskId: number('Service desk', 'Its number, as in the address of its portal.', '4'),
      requestTypeId: number('Request type', 'Its number, as in the address of its settings.', '27'),
      fields: fieldsField(
        'Further fields',
        'Sent as `requestFieldValues` unless the template gives them. The type must have them.',
        {
          customfield_10050: 'SOC',
        },
      ),
      onUpdate: onUpdateField,
      publicComments: {
        type: 'boolean',
        title: 'Public comments',
        description: 'On: comments are seen by the customer and mailed. Off: they are internal.',
        default: false,
      },
      resolveTransition: resolveTransitionField,
    },
  },
  secrets: jiraSecrets,
  templates: jiraServiceManagementTemplates,
  // The room escapes where it turns the ADF of the default templates into wiki markup.
  escape: 'none',
  limits: [
    { what: 'summary', max: 255, unit: 'characters', beyond: 'cut' },
    { what: 'description and comment', max: 32_767, unit: 'characters', beyond: 'cut' },
  ],
  connectionTest: {
    offered: true,
    says: 'Reads the fields of the request type, which shows that the credential, the desk and the type are right. Nothing is made or changed.',
  },
  help: jiraServiceManagementHelp,
};
