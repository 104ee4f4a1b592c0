import type { LogEvent } from '@waybill/contracts/log-event';
import { type Connector, foldConnector } from './connectors.js';

const shape = {
  connectorId: 'con_1',
  name: 'One',
  target: 'webhook',
  enabled: true,
  config: { url: 'https://example.com/' },
  templates: {},
  limits: { maxConcurrent: 1, maxPerSecond: null, timeoutMs: 15_000, retryDelaysSeconds: null },
  secrets: {},
  secretVersion: 0,
};

/** What became of a connector, event by event. */
function folded(...events: readonly [type: string, data: object][]): Connector | undefined {
  return events.reduce<Connector | undefined>((before, [type, data], at) => {
    const event = { type, data, tenant: 'default', version: at + 1, at: `2026-11-30T12:00:0${at}.000Z` };
    return foldConnector(before, event as unknown as LogEvent);
  }, undefined);
}

const created: [string, object] = ['ConnectorCreated', shape];
const disabled: [string, object] = ['ConnectorDisabled', { connectorId: 'con_1', reason: 'gone' }];

describe('a connector as delivery knows it', () => {
  it('is disabled for the same reason while it is changed, and for none once it is enabled', () => {
    const renamed = { ...shape, name: 'Two', enabled: false };
    const changed = folded(created, disabled, ['ConnectorUpdated', renamed], ['ConnectorSecretsReplaced', renamed]);
    expect(changed).toMatchObject({ name: 'Two', state: 'disabled', disabledBecause: 'gone' });
    const back = folded(created, disabled, ['ConnectorUpdated', renamed], ['ConnectorEnabled', { reason: null }]);
    expect(back).toMatchObject({ state: 'enabled', disabledBecause: null });
    expect(
      folded(created, disabled, ['ConnectorEnabled', { reason: null }], ['ConnectorUpdated', renamed]),
    ).not.toHaveProperty('disabledBecause', 'gone');
  });

  it('that is made disabled is so for no reason', () => {
    expect(folded(['ConnectorCreated', { ...shape, enabled: false }])?.disabledBecause ?? null).toBeNull();
  });
});
