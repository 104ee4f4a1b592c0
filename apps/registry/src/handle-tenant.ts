import { tenantDecider } from '@waybill/connector/tenant';
import type { EventLog } from '@waybill/event-log/log';
import type { RpcCaller } from '@waybill/service-kit/rpc';
import { Refused } from '@waybill/decider/decider';
import { appendDecision, type Decided, newEvent, readHistory } from './append-decision.js';
import { keyEvent, type NewKey } from './handle-api-key.js';

export const tenantStream = (tenant: string): string => `tenant-${tenant}`;

/** Makes a tenant; refuses `tenant_exists`. Its stream and its first key are the caller's next steps. */
export function createTenant(
  log: EventLog,
  caller: RpcCaller,
  input: { id: string; name: string },
): Promise<Decided<unknown>> {
  const at = { stream: tenantStream(input.id), tenant: input.id, caller };
  return appendDecision(log, at, tenantDecider, { type: 'CreateTenant', tenantId: input.id, name: input.name });
}

/** Tenants never go away, so what was once there need not be asked for again. */
export class KnownTenants {
  private readonly known = new Set<string>();

  constructor(private readonly log: EventLog) {}

  /** Refuses `tenant_unknown`. */
  async assert(tenant: string): Promise<void> {
    if (this.known.has(tenant)) return;
    const events = await this.log.readStream(tenantStream(tenant), { limit: 1 });
    if (events.length === 0) throw new Refused('tenant_unknown', `There is no tenant ${tenant}.`);
    this.known.add(tenant);
  }
}

/**
 * On an empty installation makes the tenant `default` with a key that somebody else chose (the dev stack, a first deployment), both or neither.
 * Does nothing where any tenant exists, so that the variable may stay set for ever. Answers whether it did.
 */
export async function bootstrap(log: EventLog, caller: RpcCaller, key: NewKey): Promise<boolean> {
  if (await hasTenant(log)) return false;
  const tenant = 'default';
  const created = tenantDecider.decide(
    { type: 'CreateTenant', tenantId: tenant, name: 'Default' },
    tenantDecider.initialState,
  );
  await log.append({
    streams: [
      {
        stream: tenantStream(tenant),
        tenant,
        expected: 'none',
        events: created.map((event) => newEvent(event, caller)),
      },
      { stream: `key-${key.keyId}`, tenant, expected: 'none', events: [newEvent(keyEvent(key), caller)] },
    ],
  });
  return true;
}

async function hasTenant(log: EventLog): Promise<boolean> {
  if ((await readHistory(log, tenantStream('default'), 'default')).length > 0) return true;
  // The first tenant is among the first events of this log: before it there is nothing to be recorded but heartbeats of the others.
  for (let after = 0; ;) {
    const page = await log.readAll({ after, limit: 500 });
    if (page.some(({ type }) => type === 'TenantCreated')) return true;
    const last = page.at(-1);
    if (last === undefined) return false;
    after = last.position;
  }
}
