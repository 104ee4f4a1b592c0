import { type TargetId, connectorConfigSchemas } from '@waybill/contracts/http/connector-configs';
import { secretLengthMax } from '@waybill/contracts/http/fields';
import { z } from 'zod';
import { allTargets } from './all-targets.js';

type Schema = Readonly<Record<string, unknown>>;

/** What bounds a value. What only one side can say (`uniqueItems`, a default, words for people) is not among them. */
const bounds = ['enum', 'required', 'minLength', 'maxLength', 'pattern', 'minimum', 'maximum', 'minItems', 'maxItems', 'maxProperties'] as const; // prettier-ignore

/** A form writes the kinds of a value side by side, zod each for itself. */
function merged(schema: Schema): Schema {
  const kinds = schema['anyOf'];
  return Array.isArray(kinds) ? (Object.assign({}, ...(kinds as Schema[])) as Schema) : schema;
}

function boundsOf(given: Schema): Schema {
  const schema = merged(given);
  const said = bounds.flatMap((bound): [string, unknown][] => {
    const value = schema[bound];
    if (value === undefined || (bound === 'minItems' && value === 0)) return [];
    // The largest number that JavaScript counts with is no bound of anybody's.
    if (bound === 'maximum' && value === Number.MAX_SAFE_INTEGER) return [];
    return [[bound, Array.isArray(value) ? (value as string[]).toSorted() : value]];
  });
  return Object.fromEntries(said);
}

interface Compared {
  readonly path: string;
  readonly form: Schema;
  readonly api: Schema;
}

/** Every value that both sides know, the whole first. */
function compared(form: Schema, api: Schema, path: string): Compared[] {
  const both = [{ path, form: boundsOf(form), api: boundsOf(api) }];
  const inForm = (form['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const inApi = (api['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const names = Object.keys(inApi).filter((name) => inForm[name] !== undefined);
  for (const name of names) both.push(...compared(inForm[name] as Schema, inApi[name] as Schema, `${path}/${name}`));
  for (const part of ['items', 'additionalProperties']) {
    const [ours, theirs] = [form[part], api[part]];
    if (isSchema(ours) && isSchema(theirs) && Object.keys(theirs).length > 0)
      both.push(...compared(ours, theirs, `${path}/${part}`));
  }
  return both;
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

const apiOf = (id: TargetId): Schema => z.toJSONSchema(connectorConfigSchemas[id], { io: 'input' });

describe.each(allTargets.map(({ descriptor }) => descriptor))('the form of $id', ({ id, form, secrets }) => {
  const api = apiOf(id as TargetId);

  it('has every setting that the API knows', () => {
    const known = Object.keys(form['properties'] ?? {});
    expect(known).toEqual(expect.arrayContaining(Object.keys(api['properties'] ?? {})));
  });

  it('offers exactly the words and the bounds of the API', () => {
    const all = compared(form, api, '');
    expect(all.map(({ path, form }) => [path, form])).toEqual(all.map(({ path, api }) => [path, api]));
  });

  it('takes no longer secret than the API', () => {
    for (const [name, { maxLength }] of Object.entries(secrets['properties'] as Record<string, Schema>)) {
      expect([name, Number(maxLength) <= secretLengthMax]).toEqual([name, true]);
    }
  });
});

it('compares the settings at every depth', () => {
  const webhook = allTargets.find(({ descriptor }) => descriptor.id === 'webhook')?.descriptor.form as Schema;
  const paths = compared(webhook, apiOf('webhook'), '').map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      '/url',
      '/method',
      '/headers',
      '/headers/additionalProperties',
      '/auth/kind',
      '/auth/headerName',
    ]),
  );
});
