import { compileSchema, faultsOf } from '@waybill/service-kit/json-schema';
import { Invalid } from '@waybill/service-kit/problems';
import { findTarget } from '@waybill/targets/all-targets';

type Validator = ReturnType<typeof compileSchema>;

const validators = new Map<string, Validator>();

/**
 * Holds a configuration that nobody has stored to the form of its target, as registry does before it stores one: the target's room relies on it.
 * Throws `Invalid` with every fault below the pointer; leaves a target that does not exist to whoever looks it up.
 */
export function checkConfig(target: string, config: Readonly<Record<string, unknown>>, below: string): void {
  const form = findTarget(target)?.descriptor.form;
  if (form === undefined) return;
  const validator = validators.get(target) ?? compileSchema(form);
  validators.set(target, validator);
  const faults = faultsOf(validator, config, below);
  if (faults.length > 0) throw new Invalid(faults);
}
