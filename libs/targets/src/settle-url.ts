import {
  credentialsIn,
  isMask,
  plainly,
  queryPairs,
  urlQuerySecret,
  urlWithMasks,
} from '@waybill/contracts/sending/query-credentials';
import { Refused } from '@waybill/decider/decider';
import { findTarget } from './all-targets.js';
import { urlCharactersMax } from './check-url.js';

type Config = Readonly<Record<string, unknown>>;
type Secrets = Readonly<Record<string, string>>;

/** What of a connector can hold a URL and its credentials; of a target without the secret `urlQuery` nothing is changed. */
export interface Settings {
  readonly config: Config;
  readonly secrets: Secrets;
}

/**
 * Takes the credentials in the query of `config.url` out of it (`?key=abc` becomes `?key=****`) and keeps them as the secret `urlQuery`. Everything
 * that takes a connector from a caller goes through here first: what is stored, shown and rendered never holds one.
 *
 * A value that is `****` already stands for the one of that name in `secrets.urlQuery`; a parameter that is gone takes its value with it. `storedFor`
 * is the URL that those values were given for, null where the caller gives them now. Refuses `secret_missing` for a mask without a value, and for
 * one whose URL now leads to another scheme, host or port: whoever may change a connector must not be able to send its secret where he likes.
 * Refuses `secret_invalid` for a value given now that no mask stands for. A text that is no URL is left to the target's own check.
 */
export function settleUrl(target: string, { config, secrets }: Settings, storedFor: string | null): Settings {
  const { url } = config;
  if (!hasUrlQuery(target) || typeof url !== 'string' || url.length > urlCharactersMax || !URL.canParse(url))
    return { config, secrets };
  const left = queryPairs(secrets[urlQuerySecret] ?? '');
  const kept: string[] = [];
  for (const { name, value } of credentialsIn(url)) {
    const masked = isMask(value);
    // A new value in the place of a stored one; what is given now is given for the masks alone.
    const taken = masked || storedFor !== null ? takeNamed(left, name) : undefined;
    if (masked && (taken === undefined || taken === '')) throw missing(name);
    if (masked && storedFor !== null && !isSameOrigin(url, storedFor)) throw moved(name);
    kept.push(`${name}=${masked ? taken : value}`);
  }
  if (storedFor === null && left.length > 0) throw unused();
  return settled(config, url, secrets, kept);
}

/**
 * A stored connector as one saved today would be: one that was saved with a credential in clear has it under `urlQuery` here. Refuses nothing, else
 * it could not be mended.
 */
export function settledBefore(target: string, { config, secrets }: Settings): Settings {
  const { url } = config;
  if (!hasUrlQuery(target) || typeof url !== 'string') return { config, secrets };
  const left = queryPairs(secrets[urlQuerySecret] ?? '');
  const kept = credentialsIn(url).flatMap(({ name, value }) => {
    const text = isMask(value) ? takeNamed(left, name) : value;
    return text === undefined ? [] : [`${name}=${text}`];
  });
  return settled(config, url, secrets, kept);
}

/** The settings as they may be shown, of a connector that was saved with a credential in clear too. */
export function shownConfig(target: string, config: Config): Config {
  const { url } = config;
  return hasUrlQuery(target) && typeof url === 'string' ? { ...config, url: urlWithMasks(url) } : config;
}

function settled(config: Config, url: string, secrets: Secrets, kept: readonly string[]): Settings {
  const { [urlQuerySecret]: _before, ...others } = secrets;
  return {
    config: { ...config, url: urlWithMasks(url) },
    secrets: kept.length === 0 ? others : { ...others, [urlQuerySecret]: kept.join('&') },
  };
}

function hasUrlQuery(target: string): boolean {
  const properties = findTarget(target)?.descriptor.secrets['properties'];
  return typeof properties === 'object' && properties !== null && Object.hasOwn(properties, urlQuerySecret);
}

/** The first of the values with this name, which is taken out of the list: a name may stand twice. */
function takeNamed(left: { name: string; value: string }[], name: string): string | undefined {
  const at = left.findIndex((pair) => plainly(pair.name) === plainly(name));
  return at < 0 ? undefined : left.splice(at, 1)[0]?.value;
}

function isSameOrigin(url: string, other: string): boolean {
  return URL.canParse(other) && new URL(url).origin === new URL(other).origin;
}

const missing = (name: string): Refused =>
  new Refused(
    'secret_missing',
    `No value is stored that \`${name}=****\` could stand for: write it in the URL.`,
    '/config/url',
  );

const moved = (name: string): Refused =>
  new Refused(
    'secret_missing',
    `The URL leads to another scheme, host or port than the one that the value of \`${name}\` was given for: write the value again.`,
    '/config/url',
  );

const unused = (): Refused =>
  new Refused(
    'secret_invalid',
    'Each of these is `name=value` of a parameter that stands as `name=****` in the URL; joined by `&`.',
    `/secrets/${urlQuerySecret}`,
  );
