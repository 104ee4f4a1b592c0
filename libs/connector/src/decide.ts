import type { ConnectorPatch } from '@waybill/contracts/http/connectors';
import { assertNever, type Decider, Refused } from '@waybill/decider/decider';
import {
  type Connector,
  type ConnectorEvent,
  type ConnectorLimits,
  type ConnectorShape,
  defaultLimits,
  evolve,
  initialConnector,
  type SecretMark,
} from './connector.js';
import { mergePatch, sameJson } from './merge-patch.js';

/** The sealed set that was written before the command, and what may be said of it. */
export interface SealedSecrets {
  /** Higher than every version before; a set that a crash left unused keeps its number for ever. */
  readonly secretVersion: number;
  /** Only those that are new: the others keep their marks. */
  readonly marks: Readonly<Record<string, SecretMark>>;
  readonly removed: readonly string[];
}

export type ConnectorCommand =
  | { readonly type: 'CreateConnector'; readonly shape: ConnectorShape }
  | {
      readonly type: 'UpdateConnector';
      readonly ifVersion: number;
      /** Without the values of secrets. */
      readonly patch: Omit<ConnectorPatch, 'secrets'>;
      readonly sealed?: SealedSecrets | undefined;
    }
  | { readonly type: 'EnableConnector'; readonly reason: string | null }
  | {
      readonly type: 'DisableConnector';
      readonly reason: string | null;
      /** Asked by delivery for this event of its log. */
      readonly givenUpPosition?: number | undefined;
    }
  | { readonly type: 'DeleteConnector'; readonly ifVersion: number };

/** UTF-8 of its JSON. An event must stay below the log's 512 KiB together with its envelope. */
export const shapeBytesMax = 400_000;

export const connectorDecider: Decider<Connector, ConnectorCommand, ConnectorEvent> = {
  initialState: initialConnector,
  decide,
  evolve,
};

function decide(command: ConnectorCommand, state: Connector): ConnectorEvent[] {
  switch (command.type) {
    case 'CreateConnector':
      return create(command.shape, state);
    case 'UpdateConnector':
      return update(command, state);
    case 'EnableConnector':
      return turn(state, true, command.reason);
    case 'DisableConnector':
      return disable(command, state);
    case 'DeleteConnector':
      return remove(state, command.ifVersion);
    default:
      return assertNever(command);
  }
}

function create(shape: ConnectorShape, state: Connector): ConnectorEvent[] {
  if (state.status !== 'none') throw new Refused('already_exists', `Connector ${shape.connectorId} exists already.`);
  return [{ type: 'ConnectorCreated', data: bounded(shape) }];
}

function update(command: Extract<ConnectorCommand, { type: 'UpdateConnector' }>, state: Connector): ConnectorEvent[] {
  const { shape } = atVersion(state, command.ifVersion);
  const { enabled = shape.enabled } = command.patch;
  const next = patched(shape, command.patch);
  const changed = patchable.filter((member) => !sameJson(shape[member], next[member]));
  const { sealed } = command;
  // Both events tell the same shape: settings and secrets fit together in every version that somebody may send with.
  const whole = bounded(sealed === undefined ? next : withSecrets(next, sealed));
  const events: ConnectorEvent[] = [];
  if (changed.length > 0) events.push({ type: 'ConnectorUpdated', data: { ...whole, changed } });
  if (sealed !== undefined) events.push(replaceSecrets(whole, sealed));
  return enabled === shape.enabled ? events : [...events, ...turnedBy(shape.connectorId, enabled)];
}

function turnedBy(connectorId: string, enabled: boolean): ConnectorEvent[] {
  return [{ type: enabled ? 'ConnectorEnabled' : 'ConnectorDisabled', data: { connectorId, reason: null } }];
}

function replaceSecrets(whole: ConnectorShape, { marks, removed }: SealedSecrets): ConnectorEvent {
  return { type: 'ConnectorSecretsReplaced', data: { ...whole, replaced: Object.keys(marks), removed: [...removed] } };
}

function withSecrets(shape: ConnectorShape, { secretVersion, marks, removed }: SealedSecrets): ConnectorShape {
  if (secretVersion <= shape.secretVersion)
    throw new Error(`secret version ${secretVersion} does not follow ${shape.secretVersion}`);
  const kept = Object.entries(shape.secrets).filter(([name]) => !removed.includes(name));
  return { ...shape, secrets: { ...Object.fromEntries(kept), ...marks }, secretVersion };
}

function turn(state: Connector, enabled: boolean, reason: string | null): ConnectorEvent[] {
  const { shape } = existing(state);
  // Saying it twice is no second fact.
  if (shape.enabled === enabled) return [];
  return [
    { type: enabled ? 'ConnectorEnabled' : 'ConnectorDisabled', data: { connectorId: shape.connectorId, reason } },
  ];
}

/** What was done once for a giving up is not done again: somebody may have enabled it since. */
function disable(
  { reason, givenUpPosition }: Extract<ConnectorCommand, { type: 'DisableConnector' }>,
  state: Connector,
): ConnectorEvent[] {
  const present = existing(state);
  if (givenUpPosition === undefined) return turn(state, false, reason);
  if (!present.shape.enabled || present.givenUpPosition === givenUpPosition) return [];
  return [{ type: 'ConnectorDisabled', data: { connectorId: present.shape.connectorId, reason, givenUpPosition } }];
}

function remove(state: Connector, ifVersion: number): ConnectorEvent[] {
  const { shape } = atVersion(state, ifVersion);
  return [{ type: 'ConnectorDeleted', data: { connectorId: shape.connectorId } }];
}

/** The members that an update may change; the switch and the secrets have events of their own. */
const patchable = ['name', 'config', 'templates', 'limits'] as const;

/** The shape that a merge patch would lead to, before anybody decides; for checks that need the target's room. */
export function patched(shape: ConnectorShape, patch: Omit<ConnectorPatch, 'secrets'>): ConnectorShape {
  return {
    ...shape,
    name: patch.name ?? shape.name,
    config: mergePatch(shape.config, patch.config ?? {}) as ConnectorShape['config'],
    templates: mergePatch(shape.templates, patch.templates ?? {}) as ConnectorShape['templates'],
    limits: patch.limits === null ? defaultLimits : fullLimits({ ...shape.limits, ...patch.limits }),
  };
}

/** Fills what is absent or null with the defaults; null stays where it has a meaning of its own. */
export function fullLimits(limits: {
  [Member in keyof ConnectorLimits]?: ConnectorLimits[Member] | null | undefined;
}): ConnectorLimits {
  return {
    maxConcurrent: limits.maxConcurrent ?? defaultLimits.maxConcurrent,
    maxPerSecond: limits.maxPerSecond ?? null,
    timeoutMs: limits.timeoutMs ?? defaultLimits.timeoutMs,
    retryDelaysSeconds: limits.retryDelaysSeconds ?? null,
  };
}

/** The state if there is a connector; refuses `connector_unknown` and `connector_deleted`. */
export function existing(state: Connector): Extract<Connector, { status: 'present' }> {
  if (state.status === 'none') throw new Refused('connector_unknown', 'There is no such connector.');
  if (state.status === 'deleted') throw new Refused('connector_deleted', 'The connector was deleted.');
  return state;
}

function atVersion(state: Connector, ifVersion: number): Extract<Connector, { status: 'present' }> {
  const found = existing(state);
  if (found.version === ifVersion) return found;
  throw new Refused(
    'version_mismatch',
    `The connector is at version ${found.version}, not ${ifVersion}; read it again.`,
  );
}

function bounded(shape: ConnectorShape): ConnectorShape {
  const { length } = new TextEncoder().encode(JSON.stringify(shape));
  if (length <= shapeBytesMax) return shape;
  throw new Refused(
    'connector_too_large',
    `The connector has ${length} bytes with its templates; at most ${shapeBytesMax}.`,
  );
}
