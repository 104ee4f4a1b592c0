import type { TargetDescriptor } from '../target.js';
import { teamsHelp } from './teams.help.js';
import { teamsTemplates } from './teams.templates.js';

/** Teams refuses 28,672 bytes, after it has added about 18 % of its own (msteams-docs#11274: 24,453 became 28,897). */
export const teamsBodyBytesMax = 22_000;

export const teamsDescriptor: TargetDescriptor = {
  id: 'teams',
  name: 'Microsoft Teams',
  category: 'messaging',
  description: 'Posts an Adaptive Card to a Teams channel through a workflow.',
  form: { type: 'object', additionalProperties: false, properties: {} },
  secrets: {
    type: 'object',
    additionalProperties: false,
    required: ['url'],
    properties: {
      url: {
        type: 'string',
        title: 'Workflow URL',
        description:
          'From the workflow "Send webhook alerts to a channel", copied as it stands. URLs of the retired Office 365 connectors are refused.',
        writeOnly: true,
        minLength: 1,
        maxLength: 4096,
        examples: [
          'https://….environment.api.powerplatform.com/powerautomate/automations/direct/workflows/…/triggers/manual/paths/invoke?…&sig=…',
        ],
      },
    },
  },
  templates: teamsTemplates,
  escape: 'teams-markdown',
  // An address is not text: a backslash in it would be sent as it stands.
  escapeIn: { url: 'none', uri: 'none', altText: 'none' },
  limits: [
    { what: 'the whole message', max: teamsBodyBytesMax, unit: 'bytes', beyond: 'cut' },
    { what: 'messages', max: 4, unit: 'requests a second', beyond: 'paced' },
  ],
  connectionTest: {
    offered: false,
    says: 'Every request to the URL runs the workflow and posts a card, so there is nothing harmless to ask.',
  },
  help: teamsHelp,
};
