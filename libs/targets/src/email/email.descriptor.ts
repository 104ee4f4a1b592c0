import type { TargetDescriptor } from '../target.js';
import { emailHelp } from './email.help.js';
import { emailTemplates } from './email.templates.js';

/** The original takes one address; more than this belongs into a mailing list. */
export const recipientsMax = 50;

const addresses = (title: string, description: string, minItems: number) => ({
  type: 'array',
  title,
  description,
  items: { type: 'string', minLength: 3, maxLength: 254 },
  minItems,
  maxItems: recipientsMax,
  uniqueItems: true,
});

export const emailDescriptor: TargetDescriptor = {
  id: 'email',
  name: 'E-mail',
  category: 'universal',
  description: 'Sends a mail with an HTML and a text part to up to 50 addresses, each followed up on its own.',
  form: {
    type: 'object',
    additionalProperties: false,
    required: ['to'],
    properties: {
      to: { ...addresses('To', 'Plain addresses, one each.', 1), examples: [['soc@example.com']] },
      cc: { ...addresses('Copy', 'Further addresses that get a copy.', 0), default: [] },
      subject: {
        type: 'string',
        title: 'Subject',
        description: "Plain text with fields in double braces. Empty: the default of the notification's type.",
        maxLength: 1000,
        examples: ['[{{incident_threat_rating}}] {{incident.summary}} ({{humanFriendlyId}})'],
      },
      from: {
        type: 'string',
        title: 'From',
        description: "A plain address. Empty: the deployment's own.",
        maxLength: 254,
        examples: ['waybill@example.com'],
      },
      replyTo: { type: 'string', title: 'Reply to', description: 'Where answers go.', maxLength: 254 },
      smtpUrl: {
        type: 'string',
        title: 'Mail server',
        description:
          "`smtp://user@host:587` or `smtps://user@host:465`, without the password. Empty: the deployment's own.",
        maxLength: 4096,
        examples: ['smtps://alerts@smtp.example.com:465'],
      },
    },
  },
  secrets: {
    type: 'object',
    additionalProperties: false,
    properties: {
      smtpPassword: {
        type: 'string',
        title: 'Mail server password',
        description: 'Only where you gave a mail server of your own.',
        writeOnly: true,
        minLength: 1,
        maxLength: 1024,
      },
    },
  },
  templates: emailTemplates,
  escape: 'none',
  escapeIn: { html: 'html' },
  limits: [
    { what: 'recipients', max: recipientsMax, unit: 'items', beyond: 'refused' },
    { what: 'subject', max: 255, unit: 'characters', beyond: 'cut' },
  ],
  help: emailHelp,
};
