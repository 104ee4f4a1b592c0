import type { TargetDescriptor } from '../target.js';
import { slackHelp } from './slack.help.js';
import { slackTemplates } from './slack.templates.js';

/** Slack counts characters. Sources: targets.md section 1, [slack-blocks], [slack-trunc]; `blocksText` is measured, not documented. */
export const slackLimits = {
  text: 40_000,
  blocks: 50,
  sectionText: 3000,
  fields: 10,
  fieldText: 2000,
  headerText: 150,
  contextElements: 10,
  actionElements: 25,
  attachments: 100,
  blocksText: 13_200,
} as const;

export const slackDescriptor: TargetDescriptor = {
  id: 'slack',
  name: 'Slack',
  category: 'messaging',
  description: 'Posts a message to a Slack channel through an incoming webhook.',
  form: { type: 'object', additionalProperties: false, properties: {} },
  secrets: {
    type: 'object',
    additionalProperties: false,
    required: ['url'],
    properties: {
      url: {
        type: 'string',
        title: 'Webhook URL',
        description: 'From your Slack app, Incoming Webhooks. It decides the channel and is the credential.',
        writeOnly: true,
        minLength: 1,
        maxLength: 4096,
        examples: ['https://hooks.slack.com/services/T…/B…/…'],
      },
    },
  },
  templates: slackTemplates,
  escape: 'slack-mrkdwn',
  // An address is not text: `&amp;` in it would be sent as it stands.
  escapeIn: { url: 'none', image_url: 'none', title_link: 'none', thumb_url: 'none' },
  limits: [
    { what: 'text', max: slackLimits.text, unit: 'characters', beyond: 'cut' },
    { what: 'blocks', max: slackLimits.blocks, unit: 'items', beyond: 'cut' },
    { what: 'text of a section', max: slackLimits.sectionText, unit: 'characters', beyond: 'cut' },
    { what: 'fields of a section', max: slackLimits.fields, unit: 'items', beyond: 'cut' },
    { what: 'text of a field', max: slackLimits.fieldText, unit: 'characters', beyond: 'cut' },
    { what: 'text of a header', max: slackLimits.headerText, unit: 'characters', beyond: 'cut' },
    { what: 'elements of a context', max: slackLimits.contextElements, unit: 'items', beyond: 'cut' },
    { what: 'elements of actions', max: slackLimits.actionElements, unit: 'items', beyond: 'cut' },
    { what: 'attachments', max: slackLimits.attachments, unit: 'items', beyond: 'cut' },
    { what: 'text of all blocks together', max: slackLimits.blocksText, unit: 'characters', beyond: 'cut' },
    { what: 'messages to one channel', max: 1, unit: 'requests a second', beyond: 'paced' },
  ],
  connectionTest: {
    offered: false,
    says: 'An incoming webhook has no call but to post a message, so there is nothing harmless to ask.',
  },
  help: slackHelp,
};
