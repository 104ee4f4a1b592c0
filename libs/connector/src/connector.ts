import type { ConnectorLimits, ConnectorShape, RegistryEvent, SecretMark } from '@waybill/contracts/log/registry';
import { assertNever } from '@waybill/decider/decider';

/** Names the connector's events out of everything the registry's log tells. */
export type ConnectorEvent = Extract<RegistryEvent, { type: `Connector${string}` }>;

export type { ConnectorLimits, ConnectorShape, SecretMark };

/**
 * none --Created--> present --Deleted--> deleted. While present, Updated and SecretsReplaced bring a whole new shape,
 * Enabled and Disabled turn the switch. `version` counts the events and is the ETag; a deleted connector never comes back.
 */
export type Connector =
  | { readonly status: 'none'; readonly version: 0 }
  | {
      readonly status: 'present';
      readonly version: number;
      readonly shape: ConnectorShape;
      readonly disabledReason: string | null;
      /** For which giving up of delivery's log it was disabled last; null when it never was. */
      readonly givenUpPosition: number | null;
    }
  | { readonly status: 'deleted'; readonly version: number };

export const initialConnector: Connector = { status: 'none', version: 0 };

/** contract.md section 4: eight at once suit every target's own limits; 15 s is longer than any of them answers when well. */
export const defaultLimits: ConnectorLimits = {
  maxConcurrent: 8,
  maxPerSecond: null,
  timeoutMs: 15_000,
  retryDelaysSeconds: null,
};

/** What one event says of a connector. An event that cannot follow is a defect of the log and stops the reader. */
export function evolve(state: Connector, event: ConnectorEvent): Connector {
  const version = state.version + 1;
  switch (event.type) {
    case 'ConnectorCreated':
      return { status: 'present', version, shape: shapeOf(event.data), disabledReason: null, givenUpPosition: null };
    case 'ConnectorUpdated':
    case 'ConnectorSecretsReplaced':
      return { ...present(state, event), version, shape: shapeOf(event.data) };
    case 'ConnectorEnabled':
      return { ...switched(present(state, event), true), version, disabledReason: null };
    case 'ConnectorDisabled':
      return disabled(switched(present(state, event), false), version, event.data);
    case 'ConnectorDeleted':
      return { status: 'deleted', version };
    default:
      return assertNever(event);
  }
}

type Present = Extract<Connector, { status: 'present' }>;
type DataOf<T extends ConnectorEvent['type']> = Extract<ConnectorEvent, { type: T }>['data'];

function present(state: Connector, event: ConnectorEvent): Present {
  if (state.status !== 'present') throw new Error(`${event.type} cannot follow on a connector that is ${state.status}`);
  return state;
}

function switched(state: Present, enabled: boolean): Present {
  return { ...state, shape: { ...state.shape, enabled } };
}

function disabled(state: Present, version: number, data: DataOf<'ConnectorDisabled'>): Present {
  const { reason, givenUpPosition = state.givenUpPosition } = data;
  return { ...state, version, disabledReason: reason, givenUpPosition };
}

/** Leaves out what belongs to the event and not to the connector. */
function shapeOf(data: ConnectorShape): ConnectorShape {
  const { connectorId, name, target, enabled, config, templates, limits, secrets, secretVersion } = data;
  return { connectorId, name, target, enabled, config, templates, limits, secrets, secretVersion };
}
