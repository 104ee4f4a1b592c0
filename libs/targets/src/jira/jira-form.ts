import { nameLengthMax, urlLengthMax } from '@waybill/contracts/http/fields';

/** Parts of the forms of Jira and Jira Service Management, which share their site, credentials and manners. */
export const baseUrlField = {
  type: 'string',
  title: 'Address',
  description: 'Of your Jira, without `/browse` or `/rest`; with its context path where it has one.',
  minLength: 1,
  maxLength: urlLengthMax,
  examples: ['https://example.atlassian.net', 'https://jira.example.com/jira'],
};

export const onUpdateField = {
  type: 'string',
  title: 'On update',
  description:
    'What a later notification of the same thing does to its ticket: comment on it, edit its fields, or nothing.',
  enum: ['comment', 'edit', 'none'],
  default: 'comment',
};

export const fieldsField = (title: string, description: string, example: Record<string, unknown>) => ({
  type: 'object',
  title,
  description,
  additionalProperties: true,
  maxProperties: 100,
  default: {},
  examples: [example],
});

export const resolveTransitionField = {
  type: 'string',
  title: 'Resolving transition',
  description: 'Name or number of the transition for things that are over. Empty: tickets are not moved.',
  minLength: 1,
  maxLength: nameLengthMax,
  examples: ['Done', '31'],
};

const secret = (title: string, description: string) => ({
  type: 'string',
  title,
  description,
  writeOnly: true,
  minLength: 1,
  maxLength: 4096,
});

export const jiraSecrets = {
  type: 'object',
  additionalProperties: false,
  properties: {
    email: secret('E-mail', 'Of the user whose API token it is (Data Center: the user name).'),
    apiToken: secret('API token', 'From id.atlassian.com, Security, API tokens (Data Center: the password).'),
    token: secret('Personal access token', 'For Data Center, in place of the two others.'),
  },
  anyOf: [
    { type: 'object', properties: { email: {}, apiToken: {} }, required: ['email', 'apiToken'] },
    { type: 'object', properties: { token: {} }, required: ['token'] },
  ],
};
