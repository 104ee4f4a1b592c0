/** Where addresses stand in a connector, whatever its target. */
export interface Addressed {
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Every address that a connector would send to, with the RFC 6901 pointer to where it stands. */
export function addressesOf({ config, secrets }: Addressed): [pointer: string, url: string][] {
  const found: [string, unknown][] = [
    ['/config/url', config['url']],
    ['/config/baseUrl', config['baseUrl']],
    ['/config/smtpUrl', config['smtpUrl']],
    ['/config/auth/tokenUrl', memberOf(config['auth'], 'tokenUrl')],
    ['/config/oauth2/tokenUrl', memberOf(config['oauth2'], 'tokenUrl')],
    ['/secrets/url', secrets['url']],
  ];
  return found.filter((one): one is [string, string] => typeof one[1] === 'string');
}

/** Scheme, host and port of each of them, once: what may be shown of an address that is a secret itself. */
export function originsOf(connector: Addressed): string[] {
  const urls = addressesOf(connector).map(([, url]) => (URL.canParse(url) ? new URL(url) : null));
  return [...new Set(urls.filter((url) => url !== null).map(({ protocol, host }) => `${protocol}//${host}`))];
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
