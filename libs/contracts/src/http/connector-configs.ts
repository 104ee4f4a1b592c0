import { z } from 'zod';
import { nameLengthMax, urlLengthMax } from './fields.js';

/**
 * What contract.md section 4 says of each target's `config`, with its bounds. The form of the target (`GET /v1/targets/{id}`) is the whole truth
 * and belongs to the target's room: members that stand only there pass here and are judged by the registry.
 */
export const recipientsMax = 50;
export const headersMax = 50;
export const headerValueLengthMax = 2_048;
export const fieldsBytesMax = 32_768;
export const pemLengthMax = 65_536;
export const configBytesMax = 131_072;

const url = z.string().min(1).max(urlLengthMax);
const word = z.string().min(1).max(nameLengthMax);
const address = z.string().min(3).max(320);
const addresses = z.array(address).max(recipientsMax);
const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'must be the name of an HTTP header');

const auth = z.looseObject({
  kind: z.enum(['none', 'basic', 'bearer', 'header', 'oauth2-client-credentials', 'mtls']),
  username: word.optional(),
  headerName: headerName.optional(),
  tokenUrl: url.optional(),
  clientId: word.optional(),
  scopes: z.string().max(1_000).optional(),
});

const webhook = z.looseObject({
  url,
  method: z.enum(['POST', 'PUT', 'PATCH', 'GET', 'DELETE']).optional(),
  headers: z
    .record(headerName, z.string().max(headerValueLengthMax))
    .refine((headers) => Object.keys(headers).length <= headersMax, `at most ${headersMax} headers`)
    .optional(),
  auth: auth.optional(),
  caPem: z.string().max(pemLengthMax).optional(),
});

const jira = z.looseObject({
  baseUrl: url,
  deployment: z.enum(['cloud', 'data-center']).optional(),
  projectKey: word,
  issueType: word.optional(),
  onUpdate: z.enum(['comment', 'edit', 'none']).optional(),
  resolveTransition: word.optional(),
});

const email = z.looseObject({
  to: addresses.min(1),
  cc: addresses.optional(),
  from: address.optional(),
  replyTo: address.optional(),
  subject: z.string().min(1).max(1_000).optional(),
  smtpUrl: url.optional(),
  caPem: z.string().max(pemLengthMax).optional(),
  oauth2: z.looseObject({ tokenUrl: url, clientId: word, scopes: z.string().max(2_048).optional() }).optional(),
});

/** Every target, in the order of the console. A new room of `libs/targets` is one line here, under the name of its folder. */
export const connectorConfigSchemas = {
  jira,
  'jira-service-management': z.looseObject({
    baseUrl: url,
    serviceDeskId: z.union([word, z.int()]),
    requestTypeId: z.union([word, z.int()]),
  }),
  servicenow: z.looseObject({ baseUrl: url, table: word.optional() }),
  teams: z.looseObject({}),
  slack: z.looseObject({}),
  pagerduty: z.looseObject({ baseUrl: url.optional(), client: word.optional(), clientUrl: url.optional() }),
  webhook,
  email,
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type TargetId = keyof typeof connectorConfigSchemas;
export const targetIds = Object.keys(connectorConfigSchemas) as readonly TargetId[];
export const targetIdSchema = z.enum(targetIds);
