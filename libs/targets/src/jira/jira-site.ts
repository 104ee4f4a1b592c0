import { type JsonObject } from '@waybill/contracts/payload/json-tree';
import { accepted, isSuccess, lookUpUnanswered, refusedByStatus, refusedLater, refusedNever } from '../answers.js';
import { readAnswer, writeBody } from '../body.js';
import { ask, type Ask } from '../conversation.js';
import type { Outcome, Receipt } from '../outcome.js';
import { baseUrl, hasSecret } from '../settings.js';
import type { Access, Answer, HttpAnswer, HttpAuth, HttpTargetRequest } from '../target.js';

/** Cloud speaks version 3 with ADF, Data Center version 2 with wiki markup; the service desk API is beside both. */
export type Deployment = 'cloud' | 'data-center';

/** One Jira site with its credential, for all requests of an attempt. */
export interface JiraSite {
  readonly baseUrl: string;
  readonly deployment: Deployment;
  readonly auth: HttpAuth;
}

export function jiraSite(access: Access, deployment: Deployment): JiraSite {
  const auth: HttpAuth = hasSecret(access, 'token')
    ? { kind: 'bearer', tokenSecret: 'token' }
    : { kind: 'basic-secrets', usernameSecret: 'email', passwordSecret: 'apiToken' };
  return { baseUrl: baseUrl(access.config), deployment, auth };
}

/** A path below the platform API in the version of the site. */
export function platformPath(site: JiraSite, path: string): string {
  return `/rest/api/${site.deployment === 'cloud' ? '3' : '2'}${path}`;
}

/** `Accept-Language` keeps the words in the record the same for everybody; nothing here is decided by them (alertmanager#4513). */
export function jiraRequest(
  site: JiraSite,
  method: string,
  path: string,
  body: JsonObject | null = null,
): HttpTargetRequest {
  const headers = { accept: 'application/json', 'accept-language': 'en' };
  return {
    kind: 'http',
    method,
    url: site.baseUrl + path,
    headers: body === null ? headers : { ...headers, 'content-type': 'application/json' },
    body: body === null ? '' : writeBody(body),
    auth: site.auth,
  };
}

/**
 * True where the answer is one to a stranger, whatever its status: with an expired token Jira answers 404 or an empty 200
 * wherever anonymous people may look, and says so only in this header (jira.js#418).
 */
export function isStranger(answer: HttpAnswer): boolean {
  return /AUTHENTICAT\w*_(?:FAILED|DENIED)/i.test(answer.headers['x-seraph-loginreason'] ?? '');
}

/**
 * True where a change was made: such a call is answered with nothing (204) or with the thing as it now is, which has an id. A
 * page of a login or of a proxy says success too, and nothing was changed then.
 */
export function isDone(answer: HttpAnswer): boolean {
  if (!isSuccess(answer) || isStranger(answer)) return false;
  if (answer.body === '') return true;
  // Of a long comment, which comes back whole, egress keeps the beginning only.
  if (answer.bodyTruncated) return /^\s*\{\s*"/.test(answer.body);
  return typeof readAnswer(answer.body)?.['id'] === 'string';
}

/** A refusal of Jira or of the service desk API. The ticket of the receipt stays known whatever is refused. */
export function refusedByJira(answer: HttpAnswer, receipt: Receipt | null = null): Outcome {
  const extras = receipt === null ? {} : { receipt };
  if (answer.headers['x-authentication-denied-reason'] !== undefined) return refusedNever('captcha_required', extras);
  if (answer.status === 401) return refusedNever('unauthorized', extras);
  if (isStranger(answer)) return refusedNever('login_failed', extras);
  // 409 is somebody else's edit at the same moment [jira-oas].
  if (answer.status === 409) return refusedLater('edit_conflict', extras);
  // It is Waybill that is too old; nothing of the connector is at an end (targets.md section 0).
  if (answer.status === 410) return refusedNever('api_removed', extras);
  return refusedByStatus(answer, receipt);
}

/** One request that only reads, for a test of the connection: an object is the answer, a stranger's is a refusal. */
export function* readOnly(request: HttpTargetRequest): Generator<Ask, Outcome, Answer> {
  const answer = yield* ask(request);
  if (answer.kind === 'none') return lookUpUnanswered(answer);
  if (!isSuccess(answer) || isStranger(answer)) return refusedByJira(answer);
  return readAnswer(answer.body) === null ? refusedNever('unexpected_answer') : accepted();
}

/** The fields that a 400 of the platform names; the words beside them are localised and not read. */
export function refusedFields(answer: HttpAnswer): readonly string[] {
  const errors = readAnswer(answer.body)?.['errors'];
  return typeof errors === 'object' && errors !== null && !Array.isArray(errors) ? Object.keys(errors) : [];
}
