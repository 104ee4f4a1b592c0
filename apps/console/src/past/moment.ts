import type { LogEvent } from '../api/shapes';

/** The log that tells of a thing, and its stream there, by the prefix of its id. */
const tellers = {
  con: { log: 'registry-0', stream: 'connector-' },
  sub: { log: 'subscriptions-0', stream: 'subscription-' },
  dlv: { log: 'delivery-0', stream: 'delivery-' },
} as const;

export type ThingKind = keyof typeof tellers;

/** What an id is of, of the three that can be looked back at; null for anything else. */
export function kindOf(id: string): ThingKind | null {
  const found = /^(con|sub|dlv)_[0-7][0-9a-z]{25}$/.exec(id);
  return found === null ? null : (found[1] as ThingKind);
}

export function tellerOf(id: string): { log: string; stream: string } | null {
  const kind = kindOf(id);
  return kind === null ? null : { log: tellers[kind].log, stream: `${tellers[kind].stream}${id}` };
}

/** The moments of the changes around a time; undefined where there is none on that side. Events stand in order. */
export function around(events: readonly Pick<LogEvent, 'at'>[], atMs: number): { before?: string; after?: string } {
  const before = events.findLast(({ at }) => Date.parse(at) < atMs)?.at;
  const after = events.find(({ at }) => Date.parse(at) > atMs)?.at;
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

/** A time that a person typed, as the API wants it; null for what is none. */
export function readTime(text: string): string | null {
  const trimmed = text.trim();
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?$/.test(trimmed)) return null;
  const ms = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(trimmed) ? trimmed : `${trimmed}Z`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
