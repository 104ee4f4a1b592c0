import { credentialsIn, isMask, urlQuerySecret, urlWithMasks } from '@waybill/contracts/sending/query-credentials';
import type { Connector, Template } from '../api/shapes';

/** A connector while it is being made or changed: everything that can be entered. */
export interface Draft {
  target: string;
  name: string;
  config: Record<string, unknown>;
  /** Only what was entered now. */
  secrets: Record<string, string>;
  /** By notification type; only those that differ from the target's default. */
  templates: Record<string, Template>;
}

export const emptyDraft: Draft = { target: '', name: '', config: {}, secrets: {}, templates: {} };

/** What a stored connector looks like in a form; secrets stay empty, because nobody gets them back. */
export function draftOf(connector: Connector): Draft {
  const { target, name, config, templates } = connector;
  return { target, name, config, secrets: {}, templates: templates };
}

/** As it may be shown: the values of secrets, and the credentials in the URL of a webhook, are their names in angle brackets. */
export function shownDraft(draft: Draft): Draft {
  const secrets = Object.fromEntries(Object.keys(draft.secrets).map((name) => [name, `<${name}>`]));
  const { url } = draft.config;
  if (draft.target !== 'webhook' || typeof url !== 'string') return { ...draft, secrets };
  const entered = credentialsIn(url).filter(({ value }) => !isMask(value));
  const query = entered.map(({ name }) => `${name}=<${name}>`).join('&');
  return {
    ...draft,
    config: { ...draft.config, url: urlWithMasks(url) },
    secrets: query === '' ? secrets : { ...secrets, [urlQuerySecret]: query },
  };
}

/** The secrets that a choice in the form asks for; the others are offered further down. Empty: all of them. */
export function secretsAskedFor(target: string, config: Record<string, unknown>): readonly string[] {
  if (target === 'jira' || target === 'jira-service-management')
    return config['deployment'] === 'data-center' ? ['token'] : ['email', 'apiToken'];
  if (target === 'servicenow') return ['username', 'password'];
  if (target === 'email') return config['smtpUrl'] === undefined ? [] : ['smtpPassword'];
  if (target !== 'webhook') return [];
  const kind = (config['auth'] as { kind?: string } | undefined)?.kind ?? 'none';
  return webhookSecrets[kind] ?? [];
}

const webhookSecrets: Record<string, readonly string[]> = {
  none: ['signingSecret'],
  basic: ['password', 'signingSecret'],
  bearer: ['token', 'signingSecret'],
  header: ['headerValue', 'signingSecret'],
  'oauth2-client-credentials': ['clientSecret', 'signingSecret'],
  mtls: ['clientCertPem', 'clientKeyPem', 'signingSecret'],
};

/** Members of a JSON merge patch (RFC 7396) from one object to another: what is gone becomes null. */
export function mergePatch(from: Record<string, unknown>, to: Record<string, unknown>): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const name of Object.keys(from)) if (!(name in to)) patch[name] = null;
  for (const [name, value] of Object.entries(to)) {
    const before = from[name];
    if (JSON.stringify(before) === JSON.stringify(value)) continue;
    patch[name] = isObject(before) && isObject(value) ? mergePatch(before, value) : value;
  }
  return patch;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a field of a target’s form is called; its name where nothing else is said. */
export function titleOf(form: Record<string, unknown>, name: string): string {
  const properties = form['properties'] as Record<string, { title?: string }> | undefined;
  return properties?.[name]?.title ?? name;
}
