import { JsonNumber, type JsonPath, type JsonTree, lookup, treeOf } from '@waybill/contracts/payload/json-tree';
import { exactNumber } from './exact-number.js';
import type { FilterValue, Look } from './filter.js';

/** What a filter or a key template may read besides the payload. */
export interface NotificationFacts {
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
  readonly source: string;
  /** RFC 3339; when the publisher says it happened, or when it was received. */
  readonly time: string;
}

/** Reads `notification.type|id|source|time`, `tenant`, and for every other path the payload. */
export function lookInto(facts: NotificationFacts, payload: JsonTree): Look {
  return (path) => factAt(facts, path) ?? plainOf(lookup(payload, path));
}

/** The same facts as templates of keys find them; the tenant stands beside the notification. */
export function factsTree({ tenant, ...notification }: NotificationFacts): JsonTree {
  return treeOf({ notification, tenant });
}

function factAt(facts: NotificationFacts, path: JsonPath): string | undefined {
  switch (path.text) {
    case 'tenant':
      return facts.tenant;
    case 'notification.type':
      return facts.type;
    case 'notification.id':
      return facts.id;
    case 'notification.source':
      return facts.source;
    case 'notification.time':
      return facts.time;
    default:
      return undefined;
  }
}

function plainOf(value: JsonTree | undefined): FilterValue | undefined {
  if (value instanceof JsonNumber) return exactNumber(value.text);
  if (Array.isArray(value)) return value.map((item) => plainOf(item) ?? null);
  // Only `exists` can say something about an object, and it does not look inside.
  return value instanceof Map ? {} : value;
}
