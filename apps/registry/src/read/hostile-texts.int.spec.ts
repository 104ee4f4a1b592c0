import { hostileText, shownText, takesHostileTexts } from '@waybill/event-log/hostile-texts.spec';
import { connectorList } from './connector-list.js';
import { keyList } from './key-list.js';
import { tenantList } from './tenant-list.js';
import { typeList } from './type-list.js';

const log = 'registry-0';
const connector = (connectorId: string, name: string) => ({
  connectorId,
  name,
  target: 'jira',
  enabled: true,
  config: { fields: { [name]: name } },
  templates: {},
  limits: { maxConcurrent: 8, maxPerSecond: null, timeoutMs: 15_000, retryDelaysSeconds: null },
  secrets: {},
  secretVersion: 0,
});

takesHostileTexts('the list of connectors', {
  log,
  model: connectorList,
  hostile: [
    ['connector-con_a', 'ConnectorCreated', connector('con_a', hostileText)],
    ['connector-con_a', 'ConnectorDisabled', { connectorId: 'con_a', reason: hostileText }],
    ['connector-con_b', 'ConnectorCreated', connector('con_b', 'brief')],
    ['connector-con_b', 'ConnectorUpdated', { ...connector('con_b', hostileText), changed: ['name'] }],
    ['connector-con_b', 'ConnectorDeleted', { connectorId: 'con_b' }],
  ],
  behind: [['connector-con_c', 'ConnectorCreated', connector('con_c', 'good')]],
  rows: `select tenant, name, status, shown->'config' as config, shown->>'createdBy' as by from rm_connector_list.connectors order by connector_id`,
  shown: [
    { tenant: 'stranger', name: shownText, status: 'disabled', config: { fields: { [shownText]: shownText } }, by: `key:${shownText}` }, // prettier-ignore
    { tenant: 'stranger', name: shownText, status: 'deleted', config: null, by: null },
    {
      tenant: 'default',
      name: 'good',
      status: 'healthy',
      config: { fields: { good: 'good' } },
      by: `key:${shownText}`,
    },
  ],
});

const type = (title: string) => ({ type: 'fire', title, schema: { title }, sample: { [title]: title }, strict: false });

takesHostileTexts('the list of types', {
  log,
  model: typeList,
  hostile: [['type-stranger.fire', 'NotificationTypePut', type(hostileText)]],
  behind: [['type-default.fire', 'NotificationTypePut', type('good')]],
  rows: 'select shown from rm_type_list.types order by tenant desc',
  shown: [{ shown: type(shownText) }, { shown: type('good') }],
});

const key = (keyId: string, name: string) => ({ keyId, name, scopes: ['read'], sha256: 'ab', expiresAt: null });

takesHostileTexts('the list of keys', {
  log,
  model: keyList,
  hostile: [['key-key_a', 'ApiKeyCreated', key('key_a', hostileText)]],
  behind: [['key-key_b', 'ApiKeyCreated', key('key_b', 'good')]],
  rows: `select tenant, shown->>'name' as name from rm_key_list.keys order by key_id`,
  shown: [
    { tenant: 'stranger', name: shownText },
    { tenant: 'default', name: 'good' },
  ],
});

takesHostileTexts('the list of tenants', {
  log,
  model: tenantList,
  hostile: [['tenant-stranger', 'TenantCreated', { tenantId: 'stranger', name: hostileText }]],
  behind: [['tenant-good', 'TenantCreated', { tenantId: 'good', name: 'Good' }]],
  rows: `select tenant, shown->>'name' as name from rm_tenant_list.tenants order by tenant desc`,
  shown: [
    { tenant: 'stranger', name: shownText },
    { tenant: 'good', name: 'Good' },
  ],
});
