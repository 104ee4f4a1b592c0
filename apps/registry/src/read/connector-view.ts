import {
  type ConnectorShape,
  evolve,
  initialConnector,
  type Connector,
  type ConnectorEvent,
} from '@waybill/connector/connector';
import type { Connector as ConnectorRead } from '@waybill/contracts/http/connectors';
import { Refused } from '@waybill/decider/decider';
import { shownConfig } from '@waybill/targets/settle-url';

/** What a view needs of a recorded event; the log's own and the projection's both have it. */
export interface ViewedEvent {
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly tenant: string;
  readonly version: number;
  readonly at: string;
  readonly meta: { readonly actor: string };
}

/** A connector with who made and changed it and when: what a person sees of it. */
export interface ConnectorStory {
  readonly state: Connector;
  readonly tenant: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
}

/** The story after one more event; `undefined` before the first. */
export function told(story: ConnectorStory | undefined, event: ViewedEvent): ConnectorStory {
  const state = evolve(story?.state ?? initialConnector, {
    type: event.type,
    data: event.data,
  } as unknown as ConnectorEvent);
  const { at, meta, tenant } = event;
  const born = story ?? { createdAt: at, createdBy: meta.actor };
  return { state, tenant, createdAt: born.createdAt, createdBy: born.createdBy, updatedAt: at, updatedBy: meta.actor };
}

/** The connector that a history tells, as contract.md shows it; refuses `connector_unknown` and `connector_deleted`. */
export function viewOf(history: readonly ViewedEvent[]): ConnectorRead {
  let story: ConnectorStory | undefined;
  for (const event of history) story = told(story, event);
  if (story === undefined || story.state.status === 'none')
    throw new Refused('connector_unknown', 'There is no such connector.');
  if (story.state.status === 'deleted') throw new Refused('connector_deleted', 'The connector was deleted.');
  return shown(story, story.state);
}

/** Writes a present connector out. Secrets appear as set, never as values. */
export function shown(story: ConnectorStory, state: Extract<Connector, { status: 'present' }>): ConnectorRead {
  const { connectorId, name, target, enabled, config, templates, limits, secrets } = state.shape;
  const { tenant, createdAt, createdBy, updatedAt, updatedBy } = story;
  return {
    id: connectorId,
    tenant,
    version: state.version,
    name,
    target,
    enabled,
    status: enabled ? 'healthy' : 'disabled',
    health: { failingSince: null, because: null, pausedUntil: null },
    disabledReason: state.disabledReason,
    config: { ...shownConfig(target, config) },
    secrets: maskedOf(secrets),
    templates,
    limits,
    createdAt,
    createdBy,
    updatedAt,
    updatedBy,
    lastTest: null,
  };
}

function maskedOf(secrets: ConnectorShape['secrets']): ConnectorRead['secrets'] {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, { setAt, setBy }]) => [name, { set: true as const, setAt, setBy }]),
  );
}
