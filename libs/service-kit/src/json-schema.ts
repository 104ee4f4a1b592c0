import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { ProblemError } from '@waybill/contracts/problem';

/** Compiles a schema that we wrote ourselves; throws where it is none, which is a defect. */
export function compileSchema(schema: Record<string, unknown>): ValidateFunction {
  return validatorWith({ allErrors: true }).compile(schema);
}

/** A validator that knows formats and no schema yet. Not strict: forms carry members of ours (titles of choices, hints for the console). */
export function validatorWith(more: AjvOptions): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, validateFormats: true, ...more });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  return ajv;
}

export type AjvOptions = NonNullable<ConstructorParameters<typeof Ajv2020>[0]>;

/** All faults of a value below a pointer, in the words of contract.md. */
export function faultsOf(validate: ValidateFunction, value: unknown, below: string): ProblemError[] {
  if (validate(value)) return [];
  const errors = validate.errors ?? [];
  const precise = errors.filter(({ keyword }) => !wrappers.has(keyword));
  return (precise.length > 0 ? precise : errors).map((error) => faultOf(error, below));
}

/** Most often these only repeat that something below them failed. */
const wrappers: ReadonlySet<string> = new Set(['if', 'anyOf', 'allOf', 'oneOf', 'not']);

function faultOf(error: ErrorObject, below: string): ProblemError {
  const params = error.params as {
    missingProperty?: string;
    additionalProperty?: string;
    unevaluatedProperty?: string;
  };
  const pointer = `${below}${error.instancePath}`;
  if (params.missingProperty !== undefined) {
    return {
      pointer: `${pointer}/${escaped(params.missingProperty)}`,
      code: 'required',
      message: 'This field is required.',
    };
  }
  const unknown = params.additionalProperty ?? params.unevaluatedProperty;
  if (unknown !== undefined) {
    return {
      pointer: `${pointer}/${escaped(unknown)}`,
      code: 'unknown_field',
      message: `There is no field ${unknown} here.`,
    };
  }
  return { pointer, code: error.keyword, message: messageOf(error) };
}

function messageOf(error: ErrorObject): string {
  const allowed = (error.params as { allowedValues?: unknown[] }).allowedValues;
  return allowed === undefined ? `It ${error.message ?? 'does not fit'}.` : `It must be one of ${allowed.join(', ')}.`;
}

const escaped = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');
