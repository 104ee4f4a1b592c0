import type { NotificationRouted } from '@waybill/contracts/log/subscriptions';
import { Refused } from '@waybill/decider/decider';
import { validatorWith } from '@waybill/service-kit/json-schema';
import type { Log } from '@waybill/service-kit/logger';
import { compileUserSchema, fitsInTime } from '@waybill/service-kit/user-schema';
import type { Notification } from './incoming.js';

type Warning = NotificationRouted['warnings'][number];
type Validate = ReturnType<typeof compileUserSchema>;

/** A warning tells where to look; a list of a thousand tells nothing. */
const warningsMax = 10;
/** What was on the record before registry refused it, or compiles in another version only, has more time than registry gives it. */
const compileMsMax = 5_000;
/** A schema that failed is let be so long, or it would take its time with every notification. */
export const ruleRestMs = 600_000;
/** So are the other schemas of the tenant: with any number of slow ones it takes 50 ms of every 2 s from everybody else. */
export const tenantRestMs = 2_000;

interface Rule {
  readonly validate: Validate | 'takes anything' | 'unusable';
  readonly strict: boolean;
}

/** The schemas of notification types: built in for every tenant, put by a tenant for itself. */
export class TypeRules {
  private readonly rules = new Map<string, Rule>();
  private readonly builtIn = new Map<string, Validate>();
  /** Until when a tenant or one of its rules is let be. */
  private readonly restsUntilMs = new Map<string, number>();

  constructor(
    builtIn: Iterable<{ readonly type: string; readonly schema: Record<string, unknown> }>,
    private readonly log: Pick<Log, 'error'>,
    private readonly nowMs = (): number => performance.now(),
  ) {
    for (const { type, schema } of builtIn) this.builtIn.set(type, validatorWith({}).compile(schema));
  }

  /**
   * Takes the newest rule of a tenant's type, as the registry's log says. Never throws for what is on the record: nobody could follow that log any
   * further, nor start, for any tenant.
   */
  put(tenant: string, type: string, schema: Record<string, unknown> | null, strict: boolean): void {
    const key = ruleKey(tenant, type);
    this.restsUntilMs.delete(key);
    const validate = schema === null ? 'takes anything' : this.compiled(tenant, type, schema);
    this.rules.set(key, { validate, strict });
  }

  /**
   * Answers what does not fit as warnings; refuses `payload_not_valid` where the tenant has made the type strict. A type without a schema
   * takes anything; so does one whose schema cannot be used, with a warning: what could not be judged is not lost for it.
   */
  check(tenant: string, notification: Notification): Warning[] {
    const { type } = notification.facts;
    const rule = this.rules.get(ruleKey(tenant, type));
    if (rule === undefined) return this.checkBuiltIn(notification);
    const { validate, strict } = rule;
    if (validate === 'takes anything') return [];
    if (validate === 'unusable' || this.rests(tenant) || this.rests(ruleKey(tenant, type))) return [unchecked];
    const fits = this.fits(validate, tenant, notification);
    if (fits !== false) return fits ? [] : [unchecked];
    const warnings = warningsOf(validate);
    if (!strict) return warnings;
    const first = warnings[0];
    throw new Refused(
      'payload_not_valid',
      `The payload ${first?.message ?? 'does not fit the schema'} at ${first?.pointer || 'its top'}.`,
      first?.pointer,
    );
  }

  /** What we wrote ourselves is quick. */
  private checkBuiltIn({ facts, payloadText }: Notification): Warning[] {
    const validate = this.builtIn.get(facts.type);
    return validate === undefined || validate(JSON.parse(payloadText)) ? [] : warningsOf(validate);
  }

  private compiled(tenant: string, type: string, schema: Record<string, unknown>): Validate | 'unusable' {
    try {
      return compileUserSchema(schema, compileMsMax);
    } catch (error) {
      this.log.error({ err: error, tenant, type }, 'type.schema-unusable');
      return 'unusable';
    }
  }

  /** Null when the schema does not say; then it rests. */
  private fits(validate: Validate, tenant: string, { facts: { type }, payloadText }: Notification): boolean | null {
    const payload: unknown = JSON.parse(payloadText);
    try {
      return fitsInTime(validate, payload);
    } catch (error) {
      const nowMs = this.nowMs();
      this.restsUntilMs.set(tenant, nowMs + tenantRestMs).set(ruleKey(tenant, type), nowMs + ruleRestMs);
      this.log.error({ err: error, tenant, type }, 'type.schema-unusable');
      return null;
    }
  }

  private rests(of: string): boolean {
    return this.nowMs() < (this.restsUntilMs.get(of) ?? -Infinity);
  }
}

/** No tenant has a space in its name. */
const ruleKey = (tenant: string, type: string): string => `${tenant} ${type}`;

const unchecked: Warning = {
  code: 'schema_unchecked',
  pointer: '',
  message: 'was not checked: the schema of its type cannot be used, or takes too long',
};

const warningsOf = (validate: Validate): Warning[] =>
  (validate.errors ?? []).slice(0, warningsMax).map((error) => ({
    code: `schema_${error.keyword}`,
    pointer: error.instancePath,
    message: error.message ?? 'does not fit the schema',
  }));
