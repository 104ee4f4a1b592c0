import { EgressFault, blocked } from './fault.js';
import { judgeMailHost } from './judge-url.js';
import type { JudgedHost } from './judge-url.js';
import type { Grant } from './oauth.js';
import type { EgressPolicy } from './policy.js';

/** The deployment's own mail server, from the member `smtp` of the deployment file. */
export interface DeploymentSmtp {
  /** `smtp://user@host:587`, `smtps://…`; `?tls=none` for a server on a network that is trusted, `?tls=required` is the default. */
  readonly url: string;
  readonly password?: string;
  /** Sender of every connector that names none. */
  readonly from: string;
  readonly caPem?: string;
}

export interface MailServer {
  readonly host: JudgedHost;
  readonly isImplicitTls: boolean;
  /** `if-entry`: no TLS only where the whole way goes through an allow entry outside production. */
  readonly tls: 'required' | 'none' | 'if-entry';
  readonly username: string | null;
  readonly password: string | null;
  /** With it the user logs in by XOAUTH2, whatever the password. */
  readonly oauth: Grant | null;
  readonly caPem: string;
}

/**
 * Reads the URL of a mail server and judges it. `tls=none` is the deployment's to say: from a connector it counts only
 * where the way goes through an allow entry. Throws `EgressFault`.
 */
export function readMailServer(
  url: string,
  password: string | null,
  policy: EgressPolicy,
  origin: { readonly isDeployments: boolean; readonly caPem?: string | undefined; readonly oauth?: Grant | null },
): MailServer {
  const parsed = /^[\u0021-\u007e]{1,4096}$/.test(url) && URL.canParse(url) ? new URL(url) : null;
  const invalid = (why: string): EgressFault => new EgressFault('request_invalid', `The mail server ${why}.`, 'never');
  if (parsed === null || !['smtp:', 'smtps:'].includes(parsed.protocol)) throw invalid('is no smtp:// or smtps:// URL');
  if (parsed.password !== '' || parsed.hash !== '' || !['', '/'].includes(parsed.pathname)) {
    throw invalid('has a password, a path or a fragment in its URL');
  }
  const isImplicitTls = parsed.protocol === 'smtps:';
  const port = parsed.port === '' ? (isImplicitTls ? 465 : 587) : Number(parsed.port);
  const hostname = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  const host = judgeMailHost(hostname, port, policy);
  if (host === null) throw blocked();
  const username = parsed.username === '' ? null : decodeURIComponent(parsed.username);
  if (username !== null && /[\u0000-\u001f\u007f]/.test(username)) throw invalid('has a user name that cannot be sent');
  if (origin.oauth && username === null) throw invalid('has no user name for the access token in its URL');
  return {
    host,
    isImplicitTls,
    tls: readTls(parsed.searchParams, origin.isDeployments, invalid),
    username,
    password,
    oauth: origin.oauth ?? null,
    caPem: origin.caPem ?? '',
  };
}

function readTls(query: URLSearchParams, isDeployments: boolean, invalid: (why: string) => Error): MailServer['tls'] {
  for (const name of query.keys())
    if (name !== 'tls') throw invalid(`has an unknown setting ${JSON.stringify(name.slice(0, 50))}`);
  const tls = query.get('tls');
  if (tls === null) return 'if-entry';
  if (tls === 'required') return 'required';
  if (tls !== 'none') throw invalid('has another tls than required or none');
  return isDeployments ? 'none' : 'if-entry';
}
