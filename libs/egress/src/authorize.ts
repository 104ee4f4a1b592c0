import type { HttpTargetRequest, OAuthClient } from '@waybill/contracts/sending/request';
import { EgressFault } from './fault.js';
import { secretOf } from './fill.js';
import type { Secrets } from './fill.js';
import { anonymous } from './http-pools.js';
import type { Identity } from './http-pools.js';
import { maskFor } from './mask.js';
import type { Mask } from './mask.js';
import type { Grant, TokenDesk } from './oauth.js';

/** How one request proves who it is from. */
export interface Authorized {
  readonly header: { readonly name: string; readonly value: string } | null;
  readonly identity: Identity;
  /** Hides what was made out of secrets and is not one itself; null where the connector's own mask is enough. */
  readonly mask: Mask | null;
  /** Only with a token that may have expired early: gets a new one, once. */
  readonly renew: ((timeoutMs: number) => Promise<Authorized>) | null;
}

const basicMasks = new Map<string, Mask>();
const basicMasksMax = 1000;

/** Reads `auth` of a request. Throws `EgressFault` for a missing secret, an unusable user name, or a refused token. */
export async function authorize(
  request: HttpTargetRequest,
  secrets: Secrets,
  tokens: TokenDesk,
  timeoutMs: number,
): Promise<Authorized> {
  const { auth } = request;
  const identity = identityOf(request);
  switch (auth.kind) {
    case 'none':
      return { header: null, identity, mask: null, renew: null };
    case 'basic':
      return basic(auth.username, secretOf(secrets, auth.passwordSecret), identity);
    case 'basic-secrets':
      return basic(secretOf(secrets, auth.usernameSecret), secretOf(secrets, auth.passwordSecret), identity);
    case 'bearer':
      return bearer(secretOf(secrets, auth.tokenSecret), identity, null, null);
    case 'header':
      return {
        header: { name: auth.headerName, value: secretOf(secrets, auth.valueSecret) },
        identity,
        mask: null,
        renew: null,
      };
    case 'mtls': {
      const certPem = secretOf(secrets, auth.certSecret);
      return {
        header: null,
        identity: { caPem: request.caPem ?? '', certPem, keyPem: secretOf(secrets, auth.keySecret) },
        mask: null,
        renew: null,
      };
    }
    case 'oauth2-client-credentials': {
      const grant = grantOf(auth, secrets, identity);
      const first = await tokens.token(grant, timeoutMs, null);
      return bearer(first, identity, maskFor([first]), async (restMs) => {
        const second = await tokens.token(grant, restMs, first);
        return bearer(second, identity, maskFor([first, second]), null);
      });
    }
  }
}

/** What a token is asked for with. Throws `EgressFault` for a missing secret. */
export function grantOf(auth: OAuthClient, secrets: Secrets, identity: Identity): Grant {
  const { tokenUrl, clientId, scopes, clientSecret } = auth;
  return { tokenUrl, clientId, scopes, clientSecret: secretOf(secrets, clientSecret), identity };
}

/** Whose certificates are trusted; a client certificate of its own comes with `mtls` only. */
export function identityOf({ caPem = '' }: HttpTargetRequest): Identity {
  return caPem === '' ? anonymous : { caPem, certPem: '', keyPem: '' };
}

/** RFC 7617 with UTF-8: the first colon ends the user name, so a user name has none. */
function basic(username: string, password: string, identity: Identity): Authorized {
  if (username.includes(':')) throw new EgressFault('header_invalid', 'A user name for Basic has no colon.', 'never');
  const pair = `${username}:${password}`;
  const value = `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  let mask = basicMasks.get(pair);
  if (mask === undefined) {
    // A target that prints the header in a spelling of its own prints what is base64 already.
    mask = maskFor([pair, value.slice('Basic '.length)]);
    if (basicMasks.size >= basicMasksMax) basicMasks.clear();
    basicMasks.set(pair, mask);
  }
  return { header: { name: 'authorization', value }, identity, mask, renew: null };
}

const bearer = (token: string, identity: Identity, mask: Mask | null, renew: Authorized['renew']): Authorized => ({
  header: { name: 'authorization', value: `Bearer ${token}` },
  identity,
  mask,
  renew,
});
