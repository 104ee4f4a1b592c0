import type { LogEvent } from '@waybill/contracts/log-event';
import type { ConnectorLimits, ConnectorShape } from '@waybill/contracts/log/registry';
import type { LogMirror, Mirrored } from '@waybill/service-kit/log-mirror';

/** One connector as the last event of registry's log says; with it delivery works while registry is down. */
export interface Connector {
  readonly id: string;
  readonly tenant: string;
  readonly version: number;
  readonly name: string;
  readonly target: string;
  readonly state: 'enabled' | 'disabled' | 'deleted';
  /** The reason that was given with the disabling; null for the others. */
  readonly disabledBecause?: string | null;
  readonly config: Readonly<Record<string, unknown>>;
  readonly templates: Readonly<Record<string, { readonly format: 'json' | 'jq'; readonly body: string }>>;
  readonly limits: ConnectorLimits;
  readonly secretNames: readonly string[];
  readonly secretVersion: number;
  /** When it was made, changed or enabled last; what was known against it before no longer counts. Empty where an older version kept it. */
  readonly changedAt?: string;
}

/** Folds one event of `registry-0`; tenants, keys and types are of no interest to delivery. */
export function foldConnector(before: Connector | undefined, event: LogEvent): Connector | undefined {
  switch (event.type) {
    case 'ConnectorCreated':
    case 'ConnectorUpdated':
    case 'ConnectorSecretsReplaced':
      return withReason(before, fromShape(event.data as unknown as ConnectorShape, event));
    case 'ConnectorEnabled':
      return (
        before && { ...before, version: event.version, state: 'enabled', disabledBecause: null, changedAt: event.at }
      );
    case 'ConnectorDisabled':
      return before && { ...before, version: event.version, state: 'disabled', disabledBecause: reasonOf(event) };
    case 'ConnectorDeleted':
      return before && { ...before, version: event.version, state: 'deleted' };
    default:
      return undefined;
  }
}

function reasonOf({ data }: LogEvent): string | null {
  return typeof data['reason'] === 'string' ? data['reason'] : null;
}

/** One that is changed while it is disabled is disabled for the same reason still. */
function withReason(before: Connector | undefined, after: Connector): Connector {
  const isStill = after.state === 'disabled' && before?.state === 'disabled';
  return isStill ? { ...after, disabledBecause: before.disabledBecause ?? null } : after;
}

function fromShape(shape: ConnectorShape, event: LogEvent): Connector {
  return {
    id: shape.connectorId,
    tenant: event.tenant,
    version: event.version,
    name: shape.name,
    target: shape.target,
    state: shape.enabled ? 'enabled' : 'disabled',
    config: shape.config,
    templates: shape.templates,
    limits: shape.limits,
    secretNames: Object.keys(shape.secrets),
    secretVersion: shape.secretVersion,
    changedAt: event.at,
  };
}

/** All connectors by id, from memory. */
export class Connectors {
  private mirror: LogMirror<Connector> | null = null;
  private readonly listeners: ((connector: Connector) => void)[] = [];

  attach(mirror: LogMirror<Connector>): void {
    this.mirror = mirror;
  }

  /** Give this to the mirror as its `changed`. */
  readonly changed = (row: Mirrored<Connector>): void => {
    for (const listener of this.listeners) listener(row.value);
  };

  onChange(listener: (connector: Connector) => void): void {
    this.listeners.push(listener);
  }

  /** How many attempts a second a connector takes; null: no limit of its own. */
  readonly rateOf = (id: string): number | null => this.get(id)?.limits.maxPerSecond ?? null;

  get(id: string): Connector | undefined {
    return this.mirror?.get(`connector-${id}`)?.value;
  }

  /** A tenant's connectors that are there, enabled or not. */
  ofTenant(tenant: string): Connector[] {
    const all = [...(this.mirror?.all() ?? [])].map(({ value }) => value);
    return all.filter((connector) => connector.tenant === tenant && connector.state !== 'deleted');
  }

  /** Resolves true once registry's log was read up to a position. */
  reached(position: number, timeoutMs: number): Promise<boolean> {
    return this.mirror?.reached(position, timeoutMs) ?? Promise.resolve(false);
  }
}
