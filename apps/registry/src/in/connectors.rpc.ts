import { Controller, Inject } from '@nestjs/common';
import {
  connectorCreateSchema,
  connectorDeleteInputSchema,
  connectorDisableInputSchema,
  connectorEnableInputSchema,
  connectorGetInputSchema,
  connectorHistoryInputSchema,
  connectorListInputSchema,
  connectorUpdateInputSchema,
  sealedSecretsInputSchema,
} from '@waybill/contracts/http/connectors';
import { Refused } from '@waybill/decider/decider';
import type { EventLog, RecordedEvent } from '@waybill/event-log/log';
import { Rpc, type RpcRequest } from '@waybill/service-kit/rpc';
import type { z } from 'zod';
import { type Decided, readHistory } from '../append-decision.js';
import { ConnectorActs, connectorStream } from '../handle-connector.js';
import { KnownTenants } from '../handle-tenant.js';
import { ConnectorsHealthOf } from '../out/connectors-health.js';
import { SealedSets } from '../out/sealed-sets.js';
import { ConnectorList } from '../read/connector-list.js';
import { viewOf } from '../read/connector-view.js';
import { connectorsThen, until } from '../read/connectors-then.js';
import { historyItem } from '../read/history.js';
import { numberCursor, pageOf } from '../read/page.js';
import { eventLog } from '../tokens.js';

type Input<Schema extends z.ZodType> = RpcRequest<z.output<Schema>>;

/** `waybill.v1.rpc.registry.<tenant>.connectors.*` */
@Controller()
export class ConnectorsRpc {
  constructor(
    @Inject(eventLog) private readonly log: EventLog,
    @Inject(ConnectorActs) private readonly acts: ConnectorActs,
    @Inject(ConnectorList) private readonly list: ConnectorList,
    @Inject(SealedSets) private readonly sealed: SealedSets,
    @Inject(KnownTenants) private readonly tenants: KnownTenants,
    @Inject(ConnectorsHealthOf) private readonly health: ConnectorsHealthOf,
  ) {}

  @Rpc('registry', 'connectors.create', connectorCreateSchema)
  async create(request: Input<typeof connectorCreateSchema>): Promise<unknown> {
    await this.tenants.assert(request.tenant);
    const { generated, ...decided } = await this.acts.create(request, request.input);
    return this.written(decided, generated);
  }

  @Rpc('registry', 'connectors.list', connectorListInputSchema)
  async page({ tenant, input }: Input<typeof connectorListInputSchema>): Promise<unknown> {
    const { at } = input;
    return at === undefined
      ? this.list.page(tenant, input)
      : connectorsThen(this.list, this.log, tenant, { ...input, at });
  }

  /** With `at` the connector as it was then: folded from its stream, so that the answer needs no copy of the past. */
  @Rpc('registry', 'connectors.get', connectorGetInputSchema)
  async get({ tenant, input }: Input<typeof connectorGetInputSchema>): Promise<unknown> {
    const history = await this.historyOf(tenant, input.id);
    if (input.at === undefined) return this.health.shown(viewOf(history));
    return viewOf(until(history, input.at));
  }

  @Rpc('registry', 'connectors.update', connectorUpdateInputSchema)
  async update(request: Input<typeof connectorUpdateInputSchema>): Promise<unknown> {
    const { id, ifVersion, patch } = request.input;
    const { generated, ...decided } = await this.acts.update(request, id, ifVersion, patch);
    return this.written(decided, generated);
  }

  @Rpc('registry', 'connectors.delete', connectorDeleteInputSchema)
  async remove(request: Input<typeof connectorDeleteInputSchema>): Promise<unknown> {
    const { id, ifVersion } = request.input;
    const { position, history } = await this.acts.remove(request, id, ifVersion);
    await this.list.reached(position);
    return { id, deleted: true, version: history.at(-1)?.version, position };
  }

  @Rpc('registry', 'connectors.enable', connectorEnableInputSchema)
  async enable(request: Input<typeof connectorEnableInputSchema>): Promise<unknown> {
    const { id, reason = null } = request.input;
    return this.written(await this.acts.enable(request, id, reason), {});
  }

  @Rpc('registry', 'connectors.disable', connectorDisableInputSchema)
  async disable(request: Input<typeof connectorDisableInputSchema>): Promise<unknown> {
    const { id, reason = null, givenUpPosition } = request.input;
    return this.written(await this.acts.disable(request, id, reason, givenUpPosition), {});
  }

  /** Newest first. A deleted connector has a history still. */
  @Rpc('registry', 'connectors.history', connectorHistoryInputSchema)
  async history({ tenant, input }: Input<typeof connectorHistoryInputSchema>): Promise<unknown> {
    const history = await this.historyOf(tenant, input.id);
    const before = numberCursor(input.cursor) ?? Infinity;
    const rows = history.filter(({ version }) => version < before).toReversed();
    return pageOf(rows.map(historyItem), input.limit, ({ version }) => [version]);
  }

  /** For delivery, which holds the KEK: the sealed set, null for version 0; anybody else learns nothing from it. */
  @Rpc('registry', 'connectors.sealed-secrets', sealedSecretsInputSchema)
  async sealedSecrets({ tenant, input }: Input<typeof sealedSecretsInputSchema>): Promise<unknown> {
    const { connectorId, secretVersion } = input;
    const sealed = secretVersion === 0 ? null : await this.sealed.read(tenant, connectorId, secretVersion);
    if (sealed === null && secretVersion > 0)
      throw new Refused('connector_unknown', 'There is no such set of secrets.');
    return { connectorId, secretVersion, sealed };
  }

  private async historyOf(tenant: string, id: string): Promise<RecordedEvent[]> {
    const history = await readHistory(this.log, connectorStream(id), tenant);
    if (history.length === 0) throw new Refused('connector_unknown', 'There is no such connector.');
    return history;
  }

  /** The answer of a change; the list has it too by then, so that a caller who reads what it wrote finds it. */
  private async written(
    { history, position }: Decided<unknown>,
    generated: Readonly<Record<string, string>>,
  ): Promise<unknown> {
    await this.list.reached(position);
    const shownOnce = Object.keys(generated).length === 0 ? {} : { generatedSecrets: generated };
    return { ...(await this.health.shown(viewOf(history))), position, ...shownOnce };
  }
}
