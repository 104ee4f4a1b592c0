import type { RegistryEvent } from '@waybill/contracts/log/registry';
import { assertNever, type Decider, Refused } from '@waybill/decider/decider';

export type ApiKeyEvent = Extract<RegistryEvent, { type: `ApiKey${string}` }>;
export type ApiKeyFacts = Extract<ApiKeyEvent, { type: 'ApiKeyCreated' }>['data'];

/** none --Created--> live --Revoked--> revoked. Expiry is no event: it is judged when the key is used. */
export type ApiKey =
  | { readonly status: 'none' }
  | { readonly status: 'live'; readonly facts: ApiKeyFacts }
  | { readonly status: 'revoked'; readonly facts: ApiKeyFacts };

export type ApiKeyCommand =
  | { readonly type: 'CreateApiKey'; readonly facts: ApiKeyFacts; /** Epoch milliseconds. */ readonly nowMs: number }
  | { readonly type: 'RevokeApiKey' };

export const apiKeyDecider: Decider<ApiKey, ApiKeyCommand, ApiKeyEvent> = {
  initialState: { status: 'none' },
  decide: (command, state) => {
    switch (command.type) {
      case 'CreateApiKey':
        return create(command.facts, command.nowMs, state);
      case 'RevokeApiKey':
        return revoke(state);
      default:
        return assertNever(command);
    }
  },
  evolve: (state, event) => {
    switch (event.type) {
      case 'ApiKeyCreated':
        return { status: 'live', facts: event.data };
      case 'ApiKeyRevoked':
        if (state.status === 'none') throw new Error('ApiKeyRevoked cannot follow on nothing');
        return { status: 'revoked', facts: state.facts };
      default:
        return assertNever(event);
    }
  },
};

function create(facts: ApiKeyFacts, nowMs: number, state: ApiKey): ApiKeyEvent[] {
  if (state.status !== 'none') throw new Refused('already_exists', `The key ${facts.keyId} exists already.`);
  if (facts.expiresAt !== null && Date.parse(facts.expiresAt) <= nowMs) {
    throw new Refused('validation_failed', 'A key cannot expire in the past.', '/expiresAt');
  }
  return [{ type: 'ApiKeyCreated', data: facts }];
}

function revoke(state: ApiKey): ApiKeyEvent[] {
  if (state.status === 'none') throw new Refused('not_found', 'There is no such API key.');
  // Revoking twice is no second fact.
  return state.status === 'revoked' ? [] : [{ type: 'ApiKeyRevoked', data: { keyId: state.facts.keyId } }];
}

/** Whether a key may be used at this moment; null when it may, else why not. */
export function unusableBecause(key: ApiKey, nowMs: number): 'key_unknown' | 'key_revoked' | 'key_expired' | null {
  if (key.status === 'none') return 'key_unknown';
  if (key.status === 'revoked') return 'key_revoked';
  const { expiresAt } = key.facts;
  return expiresAt !== null && Date.parse(expiresAt) <= nowMs ? 'key_expired' : null;
}
