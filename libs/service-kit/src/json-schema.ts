import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { ProblemError } from '@waybill/contracts/problem';

/** Forms carry members of ours (titles of choices, hints for the console) that no validator knows. */
const options = { allErrors: true, strict: false, validateFormats: true } as const;

/** Compiles a schema that we wrote ourselves; throws where it is none, which is a defect. */
export function compileSchema(schema: Record<string, unknown>): ValidateFunction {
  return validator().compile(schema);
}

/** Why a schema that a user wrote is none; null when it is one. References to other documents are refused, because nothing is fetched. */
export function schemaFault(schema: Record<string, unknown>): string | null {
  try {
    validator().compile(schema);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function validator(): Ajv2020 {
  const ajv = new Ajv2020(options);
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  return ajv;
}

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
