import { createContext, Script } from 'node:vm';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type AjvOptions, validatorWith } from './json-schema.js';

/** A check takes microseconds; what needs this long would hold up everybody whose requests the same loop serves. */
export const checkMsMax = 50;
/** A schema of 64 KiB compiles in half a second; one whose references multiply it takes minutes. */
export const compileMsMax = 2_000;
/** How often a run is begun that the machine did not let come to its end. */
const runsMax = 3;

/** A schema that cannot be used, with the place in it where that is known. */
export class SchemaUnusable extends Error {
  override readonly name = 'SchemaUnusable';
  constructor(
    message: string,
    readonly pointer = '',
  ) {
    super(message);
  }
}

/** What a schema asked for took longer than it may. */
export class SchemaTooSlow extends Error {
  override readonly name = 'SchemaTooSlow';
}

/**
 * Compiles a schema that a user wrote; throws where it cannot be used. Leaves to the caller to check with `fitsInTime` only. Each has a
 * validator of its own, or the `$id` of one would be taken for another one.
 */
export function compileUserSchema(schema: Record<string, unknown>, msMax = compileMsMax): ValidateFunction {
  // Such a schema answers promises, which are truthy: everything would fit, and what does not would reject with nobody listening.
  if ('$async' in schema) throw new SchemaUnusable('There are no asynchronous schemas here.', '/$async');
  if (meta.validateSchema(schema) !== true) {
    const [fault] = meta.errors ?? [];
    throw new SchemaUnusable(`It ${fault?.message ?? 'is no JSON Schema'}.`, fault?.instancePath);
  }
  return inTime(msMax, () => validatorWith({ ...options, validateSchema: false }).compile(schema));
}

/** Whether a value fits. Throws `SchemaTooSlow` beyond `msMax`, and what a schema throws that never comes to its end (`RangeError`). */
export function fitsInTime(validate: ValidateFunction, value: unknown, msMax = checkMsMax): boolean {
  return inTime(msMax, () => validate(value));
}

/** Why a schema that a user wrote cannot be used; null when it can. References to other documents are refused, because nothing is fetched. */
export function schemaFault(
  schema: Record<string, unknown>,
  sample: unknown,
): { readonly pointer: string; readonly message: string } | null {
  try {
    const validate = compileUserSchema(schema);
    // A reference that leads back to itself compiles, and is found by whoever follows it.
    for (const payload of [{}, sample ?? {}]) fitsInTime(validate, payload);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { pointer: error instanceof SchemaUnusable ? error.pointer : '', message };
  }
}

/** Inlined references multiply the code that is compiled, and optimising it takes time with the square of its length. */
const options: AjvOptions = { logger: false, inlineRefs: false, code: { optimize: false } };

/** Only compares with the meta-schema, which takes a fifth of a second to compile: it remembers nothing of what it is shown. */
const meta: Ajv2020 = validatorWith({ logger: false });

/**
 * Runs what a schema asks for, and breaks it off. A regular expression that backtracks (`^(a+)+$`, `(a|a)*`, `a?a?a?…`) is only one of the ways
 * to ask for hours with few words: so do references inside `anyOf`, and `uniqueItems`. No list of forbidden words is both safe and
 * bearable, so the time itself is bounded: V8 breaks off loops and regular expressions alike, at the price of a thread for each run
 * (0.1 to 0.3 ms). What other programs took of the time is not held against a schema: then it runs again.
 */
function inTime<T>(msMax: number, run: () => T): T {
  try {
    room.run = run;
    for (let runs = 1; ; runs += 1) {
      const before = process.cpuUsage();
      try {
        return script.runInContext(room, { timeout: msMax }) as T;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        const { user, system } = process.cpuUsage(before);
        if (runs === runsMax || (user + system) / 1_000 >= msMax / 2)
          throw new SchemaTooSlow(`The schema takes longer than ${msMax} ms.`);
      }
    }
  } finally {
    // The room lives as long as the process, a payload must not.
    room.run = undefined;
  }
}

const room = createContext({ run: undefined }) as { run: (() => unknown) | undefined };
const script = new Script('run()');
