import { specificationFor } from '@waybill/decider/specification';
import { apiKeyDecider, type ApiKeyEvent, type ApiKeyFacts, unusableBecause } from './api-key.js';
import {
  notificationTypeDecider,
  type NotificationTypeEvent,
  type NotificationTypeShape,
} from './notification-type.js';
import { tenantDecider, type TenantEvent } from './tenant.js';

describe('a tenant', () => {
  const given = specificationFor(tenantDecider);
  const command = { type: 'CreateTenant' as const, tenantId: 'acme', name: 'Acme' };
  const created: TenantEvent = { type: 'TenantCreated', data: { tenantId: 'acme', name: 'Acme' } };

  it('is created once', () => {
    given().when(command).then(created);
    given(created).when(command).thenRefused('tenant_exists');
  });
});

describe('an API key', () => {
  const given = specificationFor(apiKeyDecider);
  const facts: ApiKeyFacts = {
    keyId: 'key_01h455vb4pex5vsknk084sn02q',
    name: 'ci',
    scopes: ['publish'],
    sha256: 'ab'.repeat(32),
    expiresAt: '2026-01-02T00:00:00.000Z',
  };
  const expiresMs = Date.parse('2026-01-02T00:00:00.000Z');
  const created: ApiKeyEvent = { type: 'ApiKeyCreated', data: facts };
  const revoked: ApiKeyEvent = { type: 'ApiKeyRevoked', data: { keyId: facts.keyId } };

  it('is created and revoked, each once', () => {
    given().when({ type: 'CreateApiKey', facts, nowMs: 0 }).then(created);
    given(created).when({ type: 'CreateApiKey', facts, nowMs: 0 }).thenRefused('already_exists');
    given(created).when({ type: 'RevokeApiKey' }).then(revoked);
    given(created, revoked).when({ type: 'RevokeApiKey' }).then();
    given().when({ type: 'RevokeApiKey' }).thenRefused('not_found');
  });

  it('cannot be born expired', () => {
    given().when({ type: 'CreateApiKey', facts, nowMs: expiresMs }).thenRefused('validation_failed');
    given()
      .when({ type: 'CreateApiKey', facts, nowMs: expiresMs - 1 })
      .then(created);
  });

  it.each([
    ['may be used the millisecond before it expires', { status: 'live', facts } as const, expiresMs - 1, null],
    ['may not be used at the moment it expires', { status: 'live', facts } as const, expiresMs, 'key_expired'],
    ['may not be used once revoked', { status: 'revoked', facts } as const, 0, 'key_revoked'],
    ['may not be used when it never was', { status: 'none' } as const, 0, 'key_unknown'],
    [
      'without expiry may be used for ever',
      { status: 'live', facts: { ...facts, expiresAt: null } } as const,
      9e15,
      null,
    ],
  ])('%s', (_sentence, key, nowMs, because) => {
    expect(unusableBecause(key, nowMs)).toBe(because);
  });
});

describe('a notification type', () => {
  const given = specificationFor(notificationTypeDecider);
  const shape: NotificationTypeShape = {
    type: 'deploy.finished',
    title: 'Deploy',
    schema: null,
    sample: { a: 1 },
    strict: false,
  };
  const put: NotificationTypeEvent = { type: 'NotificationTypePut', data: shape };

  it('is put, and put again only when it differs', () => {
    given().when({ type: 'PutNotificationType', shape }).then(put);
    given(put).when({ type: 'PutNotificationType', shape }).then();
    const strict = { ...shape, strict: true };
    given(put).when({ type: 'PutNotificationType', shape: strict }).then({ type: 'NotificationTypePut', data: strict });
  });
});
