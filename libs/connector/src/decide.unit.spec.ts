import { fold } from '@waybill/decider/decider';
import { specificationFor } from '@waybill/decider/specification';
import type { ConnectorEvent, ConnectorShape } from './connector.js';
import { connectorDecider, fullLimits, shapeBytesMax } from './decide.js';

const given = specificationFor(connectorDecider);
const connectorId = 'con_01h455vb4pex5vsknk084sn02q';
const mark = (fingerprint: string) => ({ fingerprint, setAt: '2026-01-01T00:00:00.000Z', setBy: 'key:key_a' });

const shape: ConnectorShape = {
  connectorId,
  name: 'SOC incidents',
  target: 'webhook',
  enabled: true,
  config: { url: 'https://hooks.example.com/in', headers: { Accept: 'application/json' } },
  templates: { incident: { format: 'json', body: '{}' } },
  limits: fullLimits({}),
  secrets: { password: mark('f1'), signingSecret: mark('f2') },
  secretVersion: 1,
};
const created: ConnectorEvent = { type: 'ConnectorCreated', data: shape };
const disabled: ConnectorEvent = { type: 'ConnectorDisabled', data: { connectorId, reason: 'gone' } };
const enabled: ConnectorEvent = { type: 'ConnectorEnabled', data: { connectorId, reason: null } };
const deleted: ConnectorEvent = { type: 'ConnectorDeleted', data: { connectorId } };
const update = (patch: object, ifVersion = 1) => ({ type: 'UpdateConnector' as const, ifVersion, patch });

describe('a connector', () => {
  it('is created with its whole shape', () => {
    given().when({ type: 'CreateConnector', shape }).then(created);
  });

  it('is not created twice', () => {
    given(created).when({ type: 'CreateConnector', shape }).thenRefused('already_exists');
  });

  it('takes a new name and tells the whole shape and what changed', () => {
    given(created)
      .when(update({ name: 'SOC' }))
      .then({ type: 'ConnectorUpdated', data: { ...shape, name: 'SOC', changed: ['name'] } });
  });

  it('merges a patch of its config: null removes, the rest stays', () => {
    given(created)
      .when(update({ config: { headers: { Accept: null, 'X-A': '1' } } }))
      .then({
        type: 'ConnectorUpdated',
        data: {
          ...shape,
          config: { url: 'https://hooks.example.com/in', headers: { 'X-A': '1' } },
          changed: ['config'],
        },
      });
  });

  it('loses a template by null', () => {
    given(created)
      .when(update({ templates: { incident: null } }))
      .then({ type: 'ConnectorUpdated', data: { ...shape, templates: {}, changed: ['templates'] } });
  });

  it('goes back to a default limit by null', () => {
    const slow = { ...shape, limits: fullLimits({ timeoutMs: 1_000, maxConcurrent: 2 }) };
    given({ type: 'ConnectorCreated', data: slow })
      .when(update({ limits: { timeoutMs: null } }))
      .then({
        type: 'ConnectorUpdated',
        data: { ...slow, limits: fullLimits({ maxConcurrent: 2 }), changed: ['limits'] },
      });
  });

  it('says nothing when a patch changes nothing', () => {
    given(created)
      .when(update({ name: shape.name, config: { headers: { Accept: 'application/json' } } }))
      .then();
  });

  it('is turned off by a patch with an event of its own', () => {
    given(created)
      .when(update({ enabled: false }))
      .then({ type: 'ConnectorDisabled', data: { connectorId, reason: null } });
  });

  it('keeps the secrets that are not replaced', () => {
    given(created)
      .when({ ...update({}), sealed: { secretVersion: 3, marks: { token: mark('f3') }, removed: ['password'] } })
      .then({
        type: 'ConnectorSecretsReplaced',
        data: {
          ...shape,
          secrets: { signingSecret: mark('f2'), token: mark('f3') },
          secretVersion: 3,
          replaced: ['token'],
          removed: ['password'],
        },
      });
  });

  it('stops where a sealed set does not follow, because that would bring back an old secret', () => {
    const command = { ...update({}), sealed: { secretVersion: 1, marks: {}, removed: [] } };
    expect(() => given(created).when(command).then()).toThrow('does not follow');
  });

  it('tells name and secret changes of one update as two events', () => {
    given(created)
      .when({ ...update({ name: 'SOC' }), sealed: { secretVersion: 2, marks: { password: mark('f4') }, removed: [] } })
      .thenState((after) => expect(after).toMatchObject({ version: 3, shape: { name: 'SOC', secretVersion: 2 } }));
  });

  it('tells settings and secrets that fit together in either of them, because somebody may send between the two', () => {
    const config = { ...shape.config, url: 'https://hooks.example.com/in?key=****' };
    const secrets = { signingSecret: mark('f2'), urlQuery: mark('f5') };
    const after = { ...shape, config, secrets, secretVersion: 2 };
    const sealed = { secretVersion: 2, marks: { urlQuery: mark('f5') }, removed: ['password'] };
    given(created)
      .when({ ...update({ config: { url: config.url } }), sealed })
      .then(
        { type: 'ConnectorUpdated', data: { ...after, changed: ['config'] } },
        { type: 'ConnectorSecretsReplaced', data: { ...after, replaced: ['urlQuery'], removed: ['password'] } },
      );
  });

  it.each([
    ['an update of an older version', update({ name: 'x' }, 1)],
    ['an update of a version that is not there yet', update({ name: 'x' }, 3)],
    ['a deletion of an older version', { type: 'DeleteConnector' as const, ifVersion: 1 }],
  ])('refuses %s', (_sentence, command) => {
    given(created, disabled).when(command).thenRefused('version_mismatch');
  });

  it('is disabled with a reason and enabled again', () => {
    given(created).when({ type: 'DisableConnector', reason: 'gone' }).then(disabled);
    given(created, disabled).when({ type: 'EnableConnector', reason: null }).then(enabled);
  });

  it('is not disabled twice', () => {
    given(created, disabled).when({ type: 'DisableConnector', reason: 'again' }).then();
  });

  it('is disabled once for what delivery has given up, however often it asks and whoever enabled it in between', () => {
    const givenUp = (givenUpPosition: number): ConnectorEvent => ({
      type: 'ConnectorDisabled',
      data: { connectorId, reason: 'target_gone', givenUpPosition },
    });
    const ask = (givenUpPosition: number) =>
      ({ type: 'DisableConnector', reason: 'target_gone', givenUpPosition }) as const;
    given(created).when(ask(7)).then(givenUp(7));
    given(created, givenUp(7)).when(ask(7)).then();
    given(created, givenUp(7), enabled).when(ask(7)).then();
    given(created, givenUp(7), enabled, disabled, enabled).when(ask(7)).then();
    given(created, givenUp(7), enabled).when(ask(9)).then(givenUp(9));
    given(created, disabled).when(ask(9)).then();
    given(created, givenUp(7), enabled).when({ type: 'DisableConnector', reason: 'gone' }).then(disabled);
  });

  it('remembers why it is disabled until it is enabled', () => {
    expect(fold(connectorDecider.evolve, connectorDecider.initialState, [created, disabled])).toMatchObject({
      disabledReason: 'gone',
      shape: { enabled: false },
    });
    expect(fold(connectorDecider.evolve, connectorDecider.initialState, [created, disabled, enabled])).toMatchObject({
      disabledReason: null,
      shape: { enabled: true },
      version: 3,
    });
  });

  it('is deleted once and for ever', () => {
    given(created).when({ type: 'DeleteConnector', ifVersion: 1 }).then(deleted);
    given(created, deleted).when({ type: 'DeleteConnector', ifVersion: 2 }).thenRefused('connector_deleted');
    given(created, deleted).when(update({}, 2)).thenRefused('connector_deleted');
    given(created, deleted).when({ type: 'EnableConnector', reason: null }).thenRefused('connector_deleted');
  });

  it('is unknown before it was created', () => {
    given().when(update({}, 1)).thenRefused('connector_unknown');
  });

  it('may be as large as the bound and no larger', () => {
    const empty = { ...shape, config: { pad: 'é' } };
    const pad = `é${'x'.repeat(shapeBytesMax - Buffer.byteLength(JSON.stringify(empty)))}`;
    const atBound = { ...shape, config: { pad } };
    given().when({ type: 'CreateConnector', shape: atBound }).then({ type: 'ConnectorCreated', data: atBound });
    given()
      .when({ type: 'CreateConnector', shape: { ...shape, config: { pad: `${pad}x` } } })
      .thenRefused('connector_too_large');
  });
});
