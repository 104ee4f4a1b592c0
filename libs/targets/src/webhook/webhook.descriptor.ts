import {
  authKinds,
  headerNamePattern,
  headersMax,
  headerValueLengthMax,
  pemLengthMax,
  scopesLengthMax,
  webhookMethods,
} from '@waybill/contracts/http/connector-configs';
import { nameLengthMax, secretLengthMax, urlLengthMax } from '@waybill/contracts/http/fields';
import type { TargetDescriptor } from '../target.js';
import { webhookHelp } from './webhook.help.js';
import { webhookTemplates } from './webhook.templates.js';

const kind = (value: string) => ({ type: 'object', properties: { kind: { const: value } }, required: ['kind'] });
const demands = (...names: readonly string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string', minLength: 1 }])),
  required: names,
});

const auth = {
  type: 'object',
  title: 'Authentication',
  description: 'How the receiver recognises Waybill. Passwords, tokens and keys are given under Secrets.',
  additionalProperties: false,
  required: ['kind'],
  default: { kind: 'none' },
  properties: {
    kind: { type: 'string', title: 'Kind', enum: authKinds, default: 'none' },
    username: {
      type: 'string',
      title: 'User name',
      description: 'For Basic. Must not hold a colon.',
      minLength: 1,
      maxLength: nameLengthMax,
      examples: ['admin'],
    },
    headerName: {
      type: 'string',
      title: 'Header name',
      description: 'For a header of your own. Its value is the secret `headerValue`.',
      pattern: headerNamePattern,
      examples: ['X-Api-Key', 'Authorization'],
    },
    tokenUrl: {
      type: 'string',
      title: 'Token URL',
      description: 'For OAuth 2: where a token is fetched with client id and client secret.',
      minLength: 1,
      maxLength: urlLengthMax,
      examples: ['https://login.example.com/oauth/token'],
    },
    clientId: {
      type: 'string',
      title: 'Client id',
      description: 'For OAuth 2.',
      minLength: 1,
      maxLength: nameLengthMax,
    },
    scopes: {
      type: 'string',
      title: 'Scopes',
      description: 'For OAuth 2: separated by blanks; empty where the server needs none.',
      maxLength: scopesLengthMax,
      default: '',
    },
  },
  allOf: [
    { if: kind('basic'), then: demands('username') },
    { if: kind('header'), then: demands('headerName') },
    { if: kind('oauth2-client-credentials'), then: demands('tokenUrl', 'clientId') },
  ],
};

const secret = (title: string, description: string, contentMediaType?: string) => ({
  type: 'string',
  title,
  description,
  writeOnly: true,
  minLength: 1,
  maxLength: secretLengthMax,
  ...(contentMediaType === undefined ? {} : { contentMediaType }),
});

export const webhookDescriptor: TargetDescriptor = {
  id: 'webhook',
  name: 'Webhook',
  category: 'universal',
  description: 'Sends a JSON body of your making to any HTTP service, signed after Standard Webhooks.',
  form: {
    type: 'object',
    additionalProperties: false,
    required: ['url'],
    properties: {
      url: {
        type: 'string',
        title: 'URL',
        description:
          'Where the request goes. Use https. A credential in its query (`?key=…`) is taken out and stored as a secret; it is shown as `****`, which leaves it as it is.',
        minLength: 1,
        maxLength: urlLengthMax,
        examples: ['https://hooks.example.com/in'],
      },
      method: {
        type: 'string',
        title: 'Method',
        description: 'If unsure, leave POST.',
        enum: webhookMethods,
        default: 'POST',
      },
      headers: {
        type: 'object',
        title: 'Headers',
        description: 'Further headers, by name. `Content-Type: application/json` is sent unless you set another.',
        maxProperties: headersMax,
        additionalProperties: { type: 'string', maxLength: headerValueLengthMax },
        default: {},
        examples: [{ Accept: 'application/json' }],
      },
      auth,
      caPem: {
        type: 'string',
        title: 'Certificate authority',
        description: "PEM of a private CA, where the receiver's certificate is not from a public one.",
        maxLength: pemLengthMax,
        contentMediaType: 'application/x-pem-file',
      },
    },
  },
  secrets: {
    type: 'object',
    additionalProperties: false,
    properties: {
      password: secret('Password', 'For Basic.'),
      token: secret('Token', 'For Bearer: sent as `Authorization: Bearer …`.'),
      headerValue: secret('Header value', 'For a header of your own: the whole value, such as `Basic YWRtaW46…`.'),
      clientSecret: secret('Client secret', 'For OAuth 2.'),
      clientCertPem: secret(
        'Client certificate',
        'For mTLS: PEM, the chain below it where needed.',
        'application/x-pem-file',
      ),
      clientKeyPem: secret('Client key', 'For mTLS: PEM without a pass phrase.', 'application/x-pem-file'),
      urlQuery: secret(
        'Credentials in the URL',
        'What stands in the URL as `****`: made for you when you write the URL with its credential. As `name=value`, joined by `&`.',
      ),
      signingSecret: secret(
        'Signing secret',
        '`whsec_` and 24 to 64 bytes in base64. Made for you where you leave it empty.',
      ),
      previousSigningSecret: secret(
        'Previous signing secret',
        'The signing secret that was replaced: requests are signed with both, until you take this one away.',
      ),
    },
  },
  templates: webhookTemplates,
  escape: 'none',
  limits: [],
  connectionTest: {
    offered: true,
    says: 'With OAuth 2 a token is fetched. With any other authentication every request is a delivery, so there is nothing harmless to ask.',
  },
  help: webhookHelp,
};
