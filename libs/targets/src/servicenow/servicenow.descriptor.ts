import { tablePattern } from '@waybill/contracts/http/connector-configs';
import { urlLengthMax } from '@waybill/contracts/http/fields';
import { onUpdateField } from '../jira/jira-form.js';
import type { TargetDescriptor } from '../target.js';
import { servicenowHelp } from './servicenow.help.js';
import { servicenowTemplates } from './servicenow.templates.js';

/** [kib-sn]; the platform itself enforces nothing and the database cuts. */
export const servicenowLimits = { shortDescription: 160, description: 4000, correlationId: 100 } as const;

const secret = (title: string, description: string) => ({
  type: 'string',
  title,
  description,
  writeOnly: true,
  minLength: 1,
  maxLength: 4096,
});

export const servicenowDescriptor: TargetDescriptor = {
  id: 'servicenow',
  name: 'ServiceNow',
  category: 'ticketing',
  description: 'Makes one record per thing in a ServiceNow table, and adds to it and resolves it.',
  form: {
    type: 'object',
    additionalProperties: false,
    required: ['baseUrl'],
    properties: {
      baseUrl: {
        type: 'string',
        title: 'Address',
        description: 'Of your instance, without a path.',
        minLength: 1,
        maxLength: urlLengthMax,
        examples: ['https://example.service-now.com'],
      },
      table: {
        type: 'string',
        title: 'Table',
        description: 'The name of the table, not its label.',
        pattern: tablePattern,
        default: 'incident',
      },
      fields: {
        type: 'object',
        title: 'Further fields',
        description: 'Sent with every new record unless the template gives them.',
        additionalProperties: true,
        maxProperties: 100,
        default: {},
        examples: [{ assignment_group: 'Security Operations', category: 'security' }],
      },
      onUpdate: {
        ...onUpdateField,
        description:
          'What a later notification of the same thing does to its record: write a work note, edit its fields, or nothing.',
      },
      resolve: {
        type: 'object',
        title: 'Resolve',
        description:
          'What is written to the record of a thing that is over. Leave it out, and records are not resolved.',
        additionalProperties: false,
        properties: {
          state: {
            type: 'string',
            title: 'State',
            description: '6 is Resolved, 7 is Closed.',
            pattern: '^[0-9]{1,3}$',
            default: '6',
          },
          closeCode: {
            type: 'string',
            title: 'Resolution code',
            description: "One of your instance's.",
            maxLength: 255,
            default: 'Solution provided',
          },
          closeNotes: {
            type: 'string',
            title: 'Resolution notes',
            maxLength: 4000,
            description: 'Plain text.',
            default: 'The source reports that this is over.',
          },
        },
      },
    },
  },
  secrets: {
    type: 'object',
    additionalProperties: false,
    properties: {
      username: secret('User name', 'Together with the password.'),
      password: secret('Password', 'Of that user.'),
      token: secret('Token', 'An OAuth access token, in place of user and password.'),
      apiKey: secret('API key', 'Sent as `x-sn-apikey`, in place of user and password.'),
    },
    anyOf: [
      { type: 'object', properties: { username: {}, password: {} }, required: ['username', 'password'] },
      { type: 'object', properties: { token: {} }, required: ['token'] },
      { type: 'object', properties: { apiKey: {} }, required: ['apiKey'] },
    ],
  },
  templates: servicenowTemplates,
  // Plain text fields, and the two journals, in which `[code]` would be HTML.
  escape: 'none',
  escapeIn: { work_notes: 'servicenow-journal', comments: 'servicenow-journal' },
  limits: [
    { what: 'short_description', max: servicenowLimits.shortDescription, unit: 'characters', beyond: 'cut' },
    { what: 'description', max: servicenowLimits.description, unit: 'characters', beyond: 'cut' },
    { what: 'correlation_id', max: servicenowLimits.correlationId, unit: 'characters', beyond: 'cut' },
  ],
  connectionTest: {
    offered: true,
    says: 'Reads at most one record of the table. Nothing is made or changed.',
  },
  help: servicenowHelp,
};
