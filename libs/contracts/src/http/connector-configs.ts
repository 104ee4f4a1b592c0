import { z } from 'zod';
import { nameLengthMax, urlLengthMax } from './fields.js';

/**
 * What contract.md section 4 says of each target's `config`, with its bounds. The form of the target (`GET /v1/targets/{id}`) is the whole truth
 * and belongs to the target's room: members that stand only there pass here and are judged by the registry. Of what stands in both, both say the
 * same (`forms.unit.spec.ts` of the rooms), so that a form offers nothing that is refused.
 */

/** Those that egress can send. */
export const webhookMethods = ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'] as const;
export const authKinds = ['none', 'basic', 'bearer', 'header', 'oauth2-client-credentials', 'mtls'] as const;
/** RFC 9110 section 5.6.2: a token. */
export const headerNamePattern = "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$";
/** The original takes one address; more than this belongs into a mailing list. */
export const recipientsMax = 50;
export const headersMax = 50;
export const headerValueLengthMax = 2_048;
export const scopesLengthMax = 2_048;
/** RFC 5321 section 4.5.3.1.3: a path of 256 with its two brackets. */
export const addressLengthMax = 254;
export const subjectLengthMax = 1_000;
/** As ServiceNow names tables: 80 characters. */
export const tablePattern = '^[a-z][a-z0-9_]{0,79}$';
export const fieldsBytesMax = 32_768;
export const pemLengthMax = 65_536;
export const configBytesMax = 131_072;

const url = z.string().min(1).max(urlLengthMax);
const word = z.string().min(1).max(nameLengthMax);
/** Jira wants texts; people and scripts write numbers. */
const number = z.union([
  z
    .string()
    .min(1)
    .max(20)
    .regex(/^[0-9]+$/, 'must be a number'),
  z.int().min(1),
]);
const address = z.string().min(3).max(addressLengthMax);
const addresses = z.array(address).max(recipientsMax);
const headerName = z.string().regex(new RegExp(headerNamePattern), 'must be the name of an HTTP header');

const auth = z.looseObject({
  kind: z.enum(authKinds),
  username: word.optional(),
  headerName: headerName.optional(),
  tokenUrl: url.optional(),
  clientId: word.optional(),
  scopes: z.string().max(scopesLengthMax).optional(),
});

const webhook = z.looseObject({
  url: url.describe(
    'A credential in its query (`?key=…`) is taken out and kept as the secret `urlQuery`; `****` stands in its place, and leaves it when it is sent back',
  ),
  method: z.enum(webhookMethods).optional(),
  headers: z
    .record(headerName, z.string().max(headerValueLengthMax))
    .refine((headers) => Object.keys(headers).length <= headersMax, `at most ${headersMax} headers`)
    .meta({ maxProperties: headersMax })
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
  subject: z.string().min(1).max(subjectLengthMax).optional(),
  smtpUrl: url.optional(),
  caPem: z.string().max(pemLengthMax).optional(),
  oauth2: z
    .looseObject({ tokenUrl: url, clientId: word, scopes: z.string().max(scopesLengthMax).optional() })
    .optional(),
});

/** Every target, in the order of the console. A new room of `libs/targets` is one line here, under the name of its folder. */
export const connectorConfigSchemas = {
  jira,
  'jira-service-management': z.looseObject({
    baseUrl: url,
    serviceDeskId: number,
    requestTypeId: number,
  }),
  servicenow: z.looseObject({ baseUrl: url, table: z.string().regex(new RegExp(tablePattern)).optional() }),
  teams: z.looseObject({}),
  slack: z.looseObject({}),
  pagerduty: z.looseObject({ baseUrl: url.optional(), client: word.optional(), clientUrl: url.optional() }),
  webhook,
  email,
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type TargetId = keyof typeof connectorConfigSchemas;
export const targetIds = Object.keys(connectorConfigSchemas) as readonly TargetId[];
export const targetIdSchema = z.enum(targetIds);
