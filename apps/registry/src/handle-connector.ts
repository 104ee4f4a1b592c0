import { randomBytes } from 'node:crypto';
import type { ConnectorShape, SecretMark } from '@waybill/connector/connector';
import {
  connectorDecider,
  type ConnectorCommand,
  existing,
  fullLimits,
  patched,
  type SealedSecrets as SealedCommand,
} from '@waybill/connector/decide';
import type { ConnectorCreate, ConnectorPatch } from '@waybill/contracts/http/connectors';
import { urlQuerySecret } from '@waybill/contracts/sending/query-credentials';
import { secretMask } from '@waybill/contracts/sending/request';
import { Refused } from '@waybill/decider/decider';
import type { EventLog } from '@waybill/event-log/log';
import { logTime } from '@waybill/event-log/log-time';
import { newId } from '@waybill/service-kit/ids';
import type { Log } from '@waybill/service-kit/logger';
import type { RpcCaller } from '@waybill/service-kit/rpc';
import { type SecretBox, SecretBoxFault } from '@waybill/service-kit/secret-box';
import { settledBefore, settleUrl } from '@waybill/targets/settle-url';
import { appendDecision, type Decided, readHistory, stateOf } from './append-decision.js';
import { checkConnector, type Checks } from './check-connector.js';
import type { SealedSets } from './out/sealed-sets.js';

/** What was decided, and the secrets that were made for the caller: the only moment at which they can be shown. */
export type Written = Decided<unknown> & { readonly generated: Readonly<Record<string, string>> };

export const connectorStream = (id: string): string => `connector-${id}`;

/** Everything that may change a connector; each act loads, checks, seals, decides and appends. */
export class ConnectorActs {
  constructor(
    private readonly log: EventLog,
    private readonly sealed: SealedSets,
    private readonly box: SecretBox,
    private readonly checks: Checks,
    private readonly told: Log,
  ) {}

  /** Makes a connector of the caller's tenant; refuses what its target would refuse. */
  async create(caller: RpcCaller, input: ConnectorCreate): Promise<Written> {
    const connectorId = newId('con');
    const wanted = { config: input.config ?? {}, secrets: withPatch({}, input.secrets ?? {}) };
    const given = settleUrl(input.target, wanted, null);
    const generated = missingSecrets(input.target, given.secrets);
    const secrets = { ...given.secrets, ...generated };
    const shape: Omit<ConnectorShape, 'secrets' | 'secretVersion'> = {
      connectorId,
      name: input.name,
      target: input.target,
      enabled: input.enabled ?? true,
      config: { ...given.config },
      templates: input.templates ?? {},
      limits: fullLimits(input.limits ?? {}),
    };
    await checkConnector(shape, secrets, this.checks);
    const marks = this.marks(caller, connectorId, secrets);
    const secretVersion = Object.keys(secrets).length === 0 ? 0 : await this.keep(caller.tenant, connectorId, secrets);
    const decided = await this.decide(caller, connectorId, {
      type: 'CreateConnector',
      shape: { ...shape, secrets: marks, secretVersion },
    });
    return { ...decided, generated };
  }

  /** Applies a merge patch; refuses `connector_unknown`, `connector_deleted`, `version_mismatch`, secrets that do not open, and what its target would refuse. */
  async update(caller: RpcCaller, id: string, ifVersion: number, patch: ConnectorPatch): Promise<Written> {
    const history = await readHistory(this.log, connectorStream(id), caller.tenant);
    const { shape, version } = existing(stateOf(connectorDecider, history));
    if (version !== ifVersion)
      throw new Refused('version_mismatch', `The connector is at version ${version}, not ${ifVersion}.`);
    const { secrets: secretsPatch = {}, ...rest } = patch;
    const known = await this.open(caller.tenant, shape);
    const before = settledBefore(shape.target, { config: shape.config, secrets: known });
    const wanted = patched({ ...shape, config: { ...before.config } }, rest);
    const { config, secrets: given } = settleUrl(
      shape.target,
      { config: wanted.config, secrets: withPatch({ ...before.secrets }, secretsPatch) },
      givenFor(before.config, secretsPatch),
    );
    const generated = missingSecrets(shape.target, given);
    const secrets = { ...given, ...generated, ...overlapping(known, { ...given, ...generated }, secretsPatch) };
    await checkConnector({ ...wanted, config: { ...config } }, secrets, this.checks, before);
    const sealed = await this.sealedChange(caller, id, known, secrets);
    // As it is settled, never as it was sent.
    const { url } = config;
    const settled = { ...rest, config: { ...rest.config, ...(url === undefined ? {} : { url }) } };
    const decided = await this.decide(caller, id, { type: 'UpdateConnector', ifVersion, patch: settled, sealed });
    return { ...decided, generated };
  }

  /** Turns a connector on or off; doing it twice is no second fact. */
  async enable(caller: RpcCaller, id: string, reason: string | null): Promise<Decided<unknown>> {
    return this.decide(caller, id, { type: 'EnableConnector', reason });
  }

  /** As `enable`; for what delivery has given up once, however often it asks. */
  async disable(
    caller: RpcCaller,
    id: string,
    reason: string | null,
    givenUpPosition?: number,
  ): Promise<Decided<unknown>> {
    return this.decide(caller, id, { type: 'DisableConnector', reason, givenUpPosition });
  }

  async remove(caller: RpcCaller, id: string, ifVersion: number): Promise<Decided<unknown>> {
    return this.decide(caller, id, { type: 'DeleteConnector', ifVersion });
  }

  private decide(caller: RpcCaller, id: string, command: ConnectorCommand): Promise<Decided<unknown>> {
    const at = { stream: connectorStream(id), tenant: caller.tenant, caller };
    return appendDecision(this.log, at, connectorDecider, command);
  }

  /**
   * The secrets as they are, opened in memory only: the target's room judges the whole, and a new set holds all of them. The operator is
   * told of a set that does not open, as delivery tells him: only he can mend it. The caller is refused, not answered with a defect.
   */
  private async open(tenant: string, shape: ConnectorShape): Promise<Record<string, string>> {
    if (shape.secretVersion === 0) return {};
    const set = await this.sealed.read(tenant, shape.connectorId, shape.secretVersion);
    if (set === null) throw new Error(`the sealed set ${shape.secretVersion} of ${shape.connectorId} is missing`);
    const { connectorId, secretVersion } = shape;
    try {
      return this.box.open(set, { tenant, connectorId, secretVersion });
    } catch (error) {
      if (!(error instanceof SecretBoxFault)) throw error;
      this.told.error({ connectorId, secretVersion, code: error.code }, error.event);
      throw new Refused(error.code, error.message, '/secrets');
    }
  }

  private async sealedChange(
    caller: RpcCaller,
    id: string,
    before: Readonly<Record<string, string>>,
    after: Readonly<Record<string, string>>,
  ): Promise<SealedCommand | undefined> {
    const removed = Object.keys(before).filter((name) => !(name in after));
    const replaced = Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value));
    if (removed.length === 0 && Object.keys(replaced).length === 0) return undefined;
    const secretVersion = await this.keep(caller.tenant, id, after);
    return { secretVersion, marks: this.marks(caller, id, replaced), removed };
  }

  private keep(tenant: string, connectorId: string, secrets: Readonly<Record<string, string>>): Promise<number> {
    return this.sealed.write(tenant, connectorId, (secretVersion) =>
      this.box.seal(secrets, { tenant, connectorId, secretVersion }),
    );
  }

  private marks(
    caller: RpcCaller,
    connectorId: string,
    secrets: Readonly<Record<string, string>>,
  ): Record<string, SecretMark> {
    const setAt = logTime(this.log);
    const mark = (name: string, value: string): SecretMark => ({
      fingerprint: this.box.keyedFingerprint({ [name]: value }, { tenant: caller.tenant, connectorId }),
      setAt,
      setBy: caller.actor,
    });
    return Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, mark(name, value)]));
  }
}

function withPatch(
  secrets: Record<string, string>,
  patch: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const after = { ...secrets };
  for (const [name, value] of Object.entries(patch)) {
    if (value === secretMask) continue;
    if (value === null) delete after[name];
    else after[name] = value;
  }
  return after;
}

/** Which URL the values of its masks were given for; null where they are given now. */
function givenFor(
  { url }: Readonly<Record<string, unknown>>,
  { [urlQuerySecret]: now }: Readonly<Record<string, string | null>>,
): string | null {
  if (typeof now === 'string' && now !== secretMask) return null;
  return typeof url === 'string' ? url : '';
}

/**
 * A signing secret that is replaced goes on signing beside the new one, so that no receiver has to change at the same moment as we do:
 * a rotation begins with the new secret and ends when somebody removes the old one (`"previousSigningSecret": null`). Whoever names both
 * in one change decides for himself, as after a leak.
 */
function overlapping(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  patch: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const { signingSecret: old } = before;
  if (old === undefined || old === after['signingSecret'] || 'previousSigningSecret' in patch) return {};
  return { previousSigningSecret: old };
}

/** Standard Webhooks asks for 24 to 64 random bytes. */
const signingSecretBytes = 32;

/** Every webhook is signed, so one without a signing secret is given one. */
function missingSecrets(target: string, secrets: Readonly<Record<string, string>>): Record<string, string> {
  if (target !== 'webhook' || 'signingSecret' in secrets) return {};
  return { signingSecret: `whsec_${randomBytes(signingSecretBytes).toString('base64')}` };
}
