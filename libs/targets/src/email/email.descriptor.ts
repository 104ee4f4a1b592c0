import {
  addressLengthMax,
  pemLengthMax,
  recipientsMax,
  scopesLengthMax,
  subjectLengthMax,
} from '@waybill/contracts/http/connector-configs';
import { nameLengthMax, urlLengthMax } from '@waybill/contracts/http/fields';
import type { TargetDescriptor } from '../target.js';
import { emailHelp } from './email.help.js';
import { emailTemplates } from './email.templates.js';

const addresses = (title: string, description: string, minItems: number) => ({
  type: 'array',
  title,
  description,
  items: { type: 'string', minLength: 3, maxLength: addressLengthMax },
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
        minLength: 1,
        maxLength: subjectLengthMax,
        examples: ['[{{incident_threat_rating}}] {{incident.summary}} ({{humanFriendlyId}})'],
      },
      from: {
        type: 'string',
        title: 'From',
        description: "A plain address. Empty: the deployment's own.",
        minLength: 3,
        maxLength: addressLengthMax,
        examples: ['waybill@example.com'],
      },
      replyTo: {
        type: 'string',
        title: 'Reply to',
        description: 'Where answers go.',
        minLength: 3,
        maxLength: addressLengthMax,
      },
      smtpUrl: {
        type: 'string',
        title: 'Mail server',
        description:
          "`smtp://user@host:587` or `smtps://user@host:465`, without the password. Empty: the deployment's own.",
        minLength: 1,
        maxLength: urlLengthMax,
        examples: ['smtps://alerts@smtp.example.com:465'],
      },
      caPem: {
        type: 'string',
        title: 'Certificate authority',
        description: "PEM of a private CA, where the mail server's certificate is not from a public one.",
        maxLength: pemLengthMax,
        contentMediaType: 'application/x-pem-file',
      },
      oauth2: {
        type: 'object',
        title: 'Log in with OAuth 2',
        description:
          'For mail servers that take no passwords (Exchange Online, Gmail): an access token by client credentials, sent as XOAUTH2.',
        additionalProperties: false,
        required: ['tokenUrl', 'clientId'],
        properties: {
          tokenUrl: {
            type: 'string',
            title: 'Token URL',
            description: 'Where a token is fetched with client id and client secret.',
            minLength: 1,
            maxLength: urlLengthMax,
            examples: ['https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token'],
          },
          clientId: {
            type: 'string',
            title: 'Client id',
            description: 'Of the registered application.',
            minLength: 1,
            maxLength: nameLengthMax,
          },
          scopes: {
            type: 'string',
            title: 'Scopes',
            description: 'Separated by blanks.',
            maxLength: scopesLengthMax,
            examples: ['https://outlook.office365.com/.default'],
          },
        },
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
      smtpClientSecret: {
        type: 'string',
        title: 'Client secret',
        description: 'Only with OAuth 2.',
        writeOnly: true,
        minLength: 1,
        maxLength: 4096,
      },
    },
  },
  templates: emailTemplates,
  escape: 'none',
  escapeIn: { html: 'html', subject: 'line' },
  limits: [
    { what: 'recipients', max: recipientsMax, unit: 'items', beyond: 'refused' },
    { what: 'subject', max: 255, unit: 'characters', beyond: 'cut' },
  ],
  connectionTest: {
    offered: true,
    says: 'Connects to the mail server, secures the connection and logs in. No mail is sent.',
  },
  help: emailHelp,
};
