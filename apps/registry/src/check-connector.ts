import type { ConnectorShape } from '@waybill/connector/connector';
import { connectorCreateSchema } from '@waybill/contracts/http/connectors';
import type { ProblemError } from '@waybill/contracts/problem';
import { Refused } from '@waybill/decider/decider';
import { Invalid } from '@waybill/service-kit/problems';
import { faultsOf as zodFaultsOf } from '@waybill/service-kit/rpc';
import type { Addressed } from '@waybill/targets/addresses';
import { findTarget } from '@waybill/targets/all-targets';
import type { Target } from '@waybill/targets/target';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { CheckAddresses } from './check-addresses.js';
import { compileSchema, faultsOf } from '@waybill/service-kit/json-schema';
import type { CheckTemplate } from './check-template.js';

/** What judges beside the target's room. */
export interface Checks {
  readonly checkTemplate: CheckTemplate;
  readonly checkAddresses: CheckAddresses;
}

/** What of a connector is judged, before it is one. */
export type Draft = Pick<ConnectorShape, 'name' | 'target' | 'config' | 'templates' | 'limits'>;

/**
 * Judges a connector as its target sees it: bounds, the target's own forms, what only the target's room knows, the templates.
 * Throws `Invalid` with every fault that one look can find, or the room's own `Refused`; an address that egress refuses by its text is a fault here already, unless it stands in `before`.
 */
export async function checkConnector(
  draft: Draft,
  secrets: Readonly<Record<string, string>>,
  { checkTemplate, checkAddresses }: Checks,
  before?: Addressed,
): Promise<void> {
  const target = targetOf(draft.target);
  const errors = [...boundFaults(draft, secrets), ...formFaults(target, draft, secrets)];
  for (const [type, template] of Object.entries(draft.templates)) errors.push(...(await checkTemplate(type, template)));
  const worst = errors.every(({ line }) => line !== undefined) ? 'template_invalid' : 'validation_failed';
  if (errors.length > 0) throw new Invalid(unique(errors), worst);
  target.check(draft.config, Object.keys(secrets), { ...secrets });
  // Last, because the room's own words on a URL say more than that it is not allowed.
  const refused = checkAddresses({ config: draft.config, secrets }, before);
  if (refused.length > 0) throw new Invalid(refused);
}

/** The room of a target; refuses `target_unknown`. */
export function targetOf(id: string): Target {
  const target = findTarget(id);
  if (target === undefined) throw new Refused('target_unknown', `There is no target ${id}.`, '/target');
  return target;
}

/** A merge patch may lead to what a create would refuse: the whole is looked at again. */
function boundFaults(
  { name, target, config, templates, limits }: Draft,
  secrets: Readonly<Record<string, string>>,
): ProblemError[] {
  const result = connectorCreateSchema.safeParse({ name, target, config, templates, limits, secrets });
  return result.success ? [] : result.error.issues.flatMap(zodFaultsOf);
}

const validators = new Map<string, { config: ValidateFunction; secrets: ValidateFunction }>();

function formFaults(target: Target, draft: Draft, secrets: Readonly<Record<string, string>>): ProblemError[] {
  const { id, form, secrets: secretsForm } = target.descriptor;
  const compiled = validators.get(id) ?? { config: compileSchema(form), secrets: compileSchema(secretsForm) };
  validators.set(id, compiled);
  return [...faultsOf(compiled.config, draft.config, '/config'), ...faultsOf(compiled.secrets, secrets, '/secrets')];
}

/** Zod and the form may both say that a field is missing; a person wants to read it once. */
function unique(errors: readonly ProblemError[]): ProblemError[] {
  const seen = new Set<string>();
  return errors.filter(({ pointer, line, column }) => {
    const key = `${pointer} ${line ?? ''} ${column ?? ''}`;
    return !seen.has(key) && seen.add(key);
  });
}
