import { createHash, randomUUID } from 'node:crypto';
import { fromSeed, type KeyPair } from '@nats-io/nkeys';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { keyIdOf, type Principal } from '@waybill/contracts/http/api-keys';
import { brokerAccount, brokerAuthSubject, publisherRights } from '@waybill/contracts/subjects';
import { Refused } from '@waybill/decider/decider';
import type { Log } from '@waybill/service-kit/logger';

/**
 * A user of the broker is looked at again after so long at the latest: the broker ends the connection, and the client comes back with the same
 * credentials. So a revoked key publishes for an hour at most.
 */
export const rightsSeconds = 3_600;
/** All copies of registry share what the broker asks. */
const queue = 'registry';

export interface BrokerAuthParts {
  readonly nats: NatsConnection;
  /** The seed of the account key that the broker's configuration names. */
  readonly seed: string;
  /** Whom a key stands for; refuses `unauthorized`. */
  readonly verify: (keyId: string, sha256: string) => Promise<Principal>;
  readonly log: Log;
  readonly nowMs: () => number;
}

/** What the broker wants to know, as far as it concerns us: the payload of its JWT. */
interface Asked {
  readonly nats?: {
    readonly server_id?: { readonly id?: string };
    readonly user_nkey?: string;
    readonly connect_opts?: { readonly user?: string; readonly pass?: string };
  };
}

/**
 * Tells the broker what a publisher may do that its own configuration does not know (auth callout): the password is an API key with the scope
 * `publish`, the user is that key's id, and the rights are those of the key's tenant. Everybody else is refused, with no word on why.
 */
export function answerBroker(parts: BrokerAuthParts): Subscription {
  const issuer = fromSeed(new TextEncoder().encode(parts.seed));
  return parts.nats.subscribe(brokerAuthSubject, {
    queue,
    callback: (error, message) => {
      if (error === null) void answer(message, issuer, parts);
    },
  });
}

async function answer(message: Msg, issuer: KeyPair, parts: BrokerAuthParts): Promise<void> {
  const { log, nowMs } = parts;
  const asked = askedIn(message.string());
  const { server_id: server, user_nkey: userKey = '', connect_opts: given } = asked?.nats ?? {};
  try {
    const principal = await publisherOf(given?.user ?? '', given?.pass ?? '', parts);
    const rights = principal && publisherRights(principal.tenant, principal.keyId);
    const said = rights
      ? {
          jwt: sign(issuer, nowMs(), {
            sub: userKey,
            aud: brokerAccount,
            name: principal.keyId,
            exp: expiresAt(principal, nowMs()),
            nats: {
              type: 'user',
              version: 2,
              pub: { allow: rights.publish },
              sub: { allow: rights.subscribe },
              subs: -1,
              data: -1,
              payload: -1,
            },
          }),
        }
      : { error: 'not a publisher' };
    const about = { type: 'authorization_response', version: 2, ...said };
    message.respond(sign(issuer, nowMs(), { sub: userKey, aud: server?.id ?? '', nats: about }));
    log.info({ keyId: principal?.keyId, tenant: principal?.tenant }, principal ? 'broker.publisher' : 'broker.refused');
  } catch (error) {
    // Unanswered, the broker refuses by itself after its time-out, and the client tries again.
    log.warn({ err: error }, 'broker.not-answered');
  }
}

/** Whom the credentials stand for; null for nobody who may publish. */
async function publisherOf(user: string, password: string, { verify }: BrokerAuthParts): Promise<Principal | null> {
  const keyId = keyIdOf(password);
  if (keyId === null || keyId !== user) return null;
  try {
    const principal = await verify(keyId, createHash('sha256').update(password).digest('hex'));
    return principal.scopes.includes('publish') ? principal : null;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

function expiresAt({ expiresAt: end = null }: Principal, nowMs: number): number {
  const lookAgain = Math.floor(nowMs / 1_000) + rightsSeconds;
  return end === null ? lookAgain : Math.min(lookAgain, Math.floor(Date.parse(end) / 1_000));
}

/** The broker is who it is by the rights of this subject, which nobody else may publish on: its signature is not checked again. */
function askedIn(jwt: string): Asked | null {
  try {
    return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')) as Asked;
  } catch {
    return null;
  }
}

/** A JWT as NATS writes them: signed with an nkey. */
function sign(issuer: KeyPair, nowMs: number, claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = { jti: randomUUID(), iat: Math.floor(nowMs / 1_000), iss: issuer.getPublicKey(), ...claims };
  const text = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part(body)}`;
  return `${text}.${Buffer.from(issuer.sign(new TextEncoder().encode(text))).toString('base64url')}`;
}
