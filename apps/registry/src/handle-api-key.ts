import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { apiKeyDecider, type ApiKeyEvent, unusableBecause } from '@waybill/connector/api-key';
import {
  apiKeySecretLength,
  formatApiKey,
  keyIdOf,
  type Principal,
  type Scope,
} from '@waybill/contracts/http/api-keys';
import { Refused } from '@waybill/decider/decider';
import type { EventLog } from '@waybill/event-log/log';
import { newId } from '@waybill/service-kit/ids';
import type { RpcCaller } from '@waybill/service-kit/rpc';
import { appendDecision, type Decided, stateOf } from './append-decision.js';

export interface NewKey {
  readonly keyId: string;
  readonly name: string;
  readonly scopes: Scope[];
  readonly expiresAt: string | null;
  readonly sha256: string;
}

export const keyStream = (keyId: string): string => `key-${keyId}`;

/** Makes a key and its text; the text is in the answer and nowhere else. */
export async function createKey(
  log: EventLog,
  caller: RpcCaller,
  tenant: string,
  input: { name: string; scopes: Scope[]; expiresAt?: string | null | undefined },
): Promise<Decided<unknown> & { keyId: string; key: string }> {
  const keyId = newId('key');
  const key = formatApiKey(keyId, randomBase62(apiKeySecretLength));
  const expiresAt = input.expiresAt ? new Date(input.expiresAt).toISOString() : null;
  const facts = { keyId, name: input.name, scopes: [...input.scopes], expiresAt, sha256: sha256Of(key) };
  const at = { stream: keyStream(keyId), tenant, caller };
  const decided = await appendDecision(log, at, apiKeyDecider, { type: 'CreateApiKey', facts, nowMs: log.nowMs() });
  return { ...decided, keyId, key };
}

/** Revokes a key of the tenant; refuses `not_found`. A key that is revoked already stays so. */
export function revokeKey(log: EventLog, caller: RpcCaller, tenant: string, keyId: string): Promise<Decided<unknown>> {
  return appendDecision(log, { stream: keyStream(keyId), tenant, caller }, apiKeyDecider, { type: 'RevokeApiKey' });
}

/**
 * Says whom a live key stands for. Refuses `unauthorized` without telling why: unknown, wrong, revoked and expired look alike to whoever guesses.
 */
export async function verifyKey(log: EventLog, keyId: string, sha256: string): Promise<Principal> {
  const history = await log.readStream(keyStream(keyId), { limit: 10 });
  const key = stateOf(apiKeyDecider, history);
  // Compared even where there is no key, so that the time tells nothing.
  const expected = key.status === 'none' ? '0'.repeat(64) : key.facts.sha256;
  const same = timingSafeEqual(Buffer.from(expected, 'hex'), Buffer.from(sha256, 'hex'));
  if (!same || key.status === 'none' || unusableBecause(key, log.nowMs()) !== null) {
    throw new Refused('unauthorized', 'The API key is not valid.');
  }
  const { scopes, expiresAt } = key.facts;
  return { tenant: history[0]?.tenant ?? '', keyId, scopes, expiresAt };
}

/** Reads a key that was made elsewhere into what is recorded of it; null for a text that is no key. */
export function keyFromText(text: string, name: string, scopes: Scope[]): NewKey | null {
  const keyId = keyIdOf(text);
  return keyId === null ? null : { keyId, name, scopes, expiresAt: null, sha256: sha256Of(text) };
}

export function keyEvent(facts: NewKey): ApiKeyEvent {
  return { type: 'ApiKeyCreated', data: { ...facts } };
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 43 characters of 62 are 256 bits. Bytes from 248 on are thrown away, because 256 is no multiple of 62. */
function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(64)) if (byte < 248 && text.length < length) text += alphabet[byte % 62];
  }
  return text;
}
