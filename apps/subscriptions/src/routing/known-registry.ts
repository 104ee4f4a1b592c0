import type { LogEvent } from '@waybill/contracts/log-event';
import type { LogMirror, Mirrored } from '@waybill/service-kit/log-mirror';
import type { TypeRules } from './type-rules.js';

/** What this service keeps of registry's log: that tenants and connectors exist, and the schemas of notification types. */
export type RegistryFact =
  | { readonly kind: 'tenant' }
  | { readonly kind: 'connector'; readonly name: string; readonly deleted: boolean }
  | {
      readonly kind: 'type';
      readonly type: string;
      readonly schema: Record<string, unknown> | null;
      readonly strict: boolean;
    };

/** Folds one event of `registry-0`; keys and secrets are of no interest here. */
export function foldRegistry(before: RegistryFact | undefined, event: LogEvent): RegistryFact | undefined {
  const { data } = event;
  switch (event.type) {
    case 'TenantCreated':
      return { kind: 'tenant' };
    case 'NotificationTypePut':
      return {
        kind: 'type',
        type: String(data['type']),
        schema: (data['schema'] as Record<string, unknown> | null | undefined) ?? null,
        strict: data['strict'] === true,
      };
    case 'ConnectorCreated':
    case 'ConnectorUpdated':
    case 'ConnectorSecretsReplaced':
      return { kind: 'connector', name: String(data['name']), deleted: false };
    case 'ConnectorDeleted':
      return { kind: 'connector', name: before?.kind === 'connector' ? before.name : '', deleted: true };
    default:
      return undefined;
  }
}

/** Answers what registry has said, from memory. */
export class KnownRegistry {
  private mirror: LogMirror<RegistryFact> | null = null;
  private readonly tenants = new Set<string>();

  constructor(private readonly types: TypeRules) {}

  /** Give this to the mirror as its `changed`. */
  readonly changed = (row: Mirrored<RegistryFact>): void => {
    if (row.value.kind === 'tenant') this.tenants.add(row.tenant);
    if (row.value.kind === 'type') this.types.put(row.tenant, row.value.type, row.value.schema, row.value.strict);
  };

  attach(mirror: LogMirror<RegistryFact>): void {
    this.mirror = mirror;
  }

  hasTenant(tenant: string): boolean {
    return this.tenants.has(tenant);
  }

  allTenants(): string[] {
    return [...this.tenants];
  }

  connector(tenant: string, id: string): 'there' | 'deleted' | 'unknown' {
    const known = this.mirror?.get(`connector-${id}`);
    if (known === undefined || known.tenant !== tenant || known.value.kind !== 'connector') return 'unknown';
    return known.value.deleted ? 'deleted' : 'there';
  }

  /** Waits until registry's log was read up to a position; false when that takes too long. */
  reached(position: number, timeoutMs: number): Promise<boolean> {
    return this.mirror?.reached(position, timeoutMs) ?? Promise.resolve(false);
  }
}
