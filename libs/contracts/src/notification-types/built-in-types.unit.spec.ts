import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseJson } from '../payload/json-text.js';
import { lookup } from '../payload/json-tree.js';
import { notificationTypeReadSchema } from '../http/notification-types.js';
import { builtInTypes } from './built-in-types.js';

const named = builtInTypes.map((type) => [type.type, type] as const);

describe('the built-in notification types', () => {
  it('are the four of the original system', () => {
    expect(named.map(([name]) => name)).toEqual(['incident', 'observation', 'scheduled-report', 'health']);
  });

  it.each(named)('%s has a schema that is one, and a sample that fits it', (_name, { schema, sample }) => {
    const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
    validate(sample);
    expect(validate.errors).toBeNull();
  });

  it.each(named)('%s knows every field of its sample', (_name, { schema, sample }) => {
    expect(unknownFields(schema, sample, '')).toEqual([]);
  });

  it.each(named)('%s has a sample that may be published', (_name, { sample }) => {
    expect(() => parseJson(JSON.stringify(sample))).not.toThrow();
  });

  it.each(named)('%s is shown as the contract says', (_name, type) => {
    expect(notificationTypeReadSchema.safeParse(type).success).toBe(true);
  });

  it('an incident has the fields that the documented templates use', () => {
    const sample = parseJson(JSON.stringify(builtInTypes[0]?.sample));
    const paths = [
      'accountId',
      'customer',
      'humanFriendlyId',
      'incidentId',
      'incident.summary',
      'incident.description',
      'incident.recommendations',
      'incident.threatRating',
      'incident.escalated',
      'incident_threat_rating',
      'incident_class',
      'victim.value',
      'createtime_str',
      'customer_status.status',
      'extra.incidentUrl',
      'extra.location_ip',
      'deployment',
    ];
    expect(paths.filter((path) => lookup(sample, path) === undefined)).toEqual([]);
  });
});

type Node = { properties?: Record<string, Node>; items?: Node; additionalProperties?: Node; anyOf?: Node[] };

function unknownFields(schema: Node, value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => unknownFields(schema.items ?? {}, item, `${path}/*`));
  if (typeof value !== 'object' || value === null) return [];
  const properties = schema.properties ?? schema.anyOf?.find((option) => option.properties)?.properties ?? {};
  return Object.entries(value).flatMap(([key, member]) => {
    const known = properties[key] ?? schema.additionalProperties;
    return known === undefined ? [`${path}/${key}`] : unknownFields(known, member, `${path}/${key}`);
  });
}
