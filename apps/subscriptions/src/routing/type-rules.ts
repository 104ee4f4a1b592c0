import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import type { NotificationRouted } from '@waybill/contracts/log/subscriptions';
import { Refused } from '@waybill/decider/decider';
import type { Notification } from './incoming.js';

type Warning = NotificationRouted['warnings'][number];

/** A warning tells where to look; a list of a thousand tells nothing. */
const warningsMax = 10;

/** The schemas of notification types: built in for every tenant, put by a tenant for itself. */
export class TypeRules {
  private readonly rules = new Map<string, { validate: ValidateFunction; strict: boolean }>();
  private readonly builtIn = new Map<string, ValidateFunction>();
  private readonly ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true });

  constructor(builtIn: Iterable<{ readonly type: string; readonly schema: Record<string, unknown> }>) {
    addFormats(this.ajv);
    for (const { type, schema } of builtIn) this.builtIn.set(type, this.ajv.compile(schema));
  }

  /** Takes the newest rule of a tenant's type, as the registry's log says. */
  put(tenant: string, type: string, schema: Record<string, unknown>, strict: boolean): void {
    this.rules.set(`${tenant} ${type}`, { validate: this.ajv.compile(schema), strict });
  }

  /** Answers what does not fit as warnings; refuses `payload_not_valid` where the tenant has made the type strict. A type without a schema takes anything. */
  check(tenant: string, notification: Notification): Warning[] {
    const { type } = notification.facts;
    const rule = this.rules.get(`${tenant} ${type}`);
    const validate = rule?.validate ?? this.builtIn.get(type);
    if (validate === undefined || validate(JSON.parse(notification.payloadText))) return [];
    const warnings = (validate.errors ?? []).slice(0, warningsMax).map((error) => ({
      code: `schema_${error.keyword}`,
      pointer: error.instancePath,
      message: error.message ?? 'does not fit the schema',
    }));
    if (rule?.strict) {
      const first = warnings[0];
      throw new Refused(
        'payload_not_valid',
        `The payload ${first?.message ?? 'does not fit the schema'} at ${first?.pointer || 'its top'}.`,
        first?.pointer,
      );
    }
    return warnings;
  }
}

/** The package is CommonJS: under ESM its function may stand one level deeper. */
function addFormats(ajv: Ajv2020): void {
  const plugin = addFormatsModule as unknown as { default?: (into: Ajv2020) => void } & ((into: Ajv2020) => void);
  (plugin.default ?? plugin)(ajv);
}
