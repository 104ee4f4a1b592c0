import { decodeCursor, encodeCursor, type ListPage } from '@waybill/contracts/http/lists';
import { Refused } from '@waybill/decider/decider';
import type { EventLog } from '@waybill/event-log/log';

/** The events of one subscription, newest first; refuses (`subscription_unknown`) what is not this tenant's. */
export async function subscriptionHistory(
  log: Pick<EventLog, 'readStream'>,
  tenant: string,
  { id, limit, cursor }: { id: string; limit: number; cursor?: string | null | undefined },
): Promise<ListPage<unknown>> {
  const before = cursor === null || cursor === undefined ? Infinity : versionIn(cursor);
  // One more than is shown says whether there is a further page; a stream has its versions without a hole.
  const from = Number.isFinite(before) ? Math.max(1, before - limit - 1) : undefined;
  const found = await log.readStream(
    `subscription-${id}`,
    from === undefined ? { backwards: true, limit: limit + 1 } : { fromVersion: from, limit: limit + 1 },
  );
  if (found[0]?.tenant !== tenant) throw new Refused('subscription_unknown', 'There is no such subscription.');
  const newestFirst = found.filter(({ version }) => version < before).sort((one, other) => other.version - one.version);
  const shown = newestFirst.slice(0, limit);
  return {
    items: shown.map(({ meta, sealed: _, ...event }) => ({ ...event, actor: meta.actor })),
    nextCursor: newestFirst.length > limit ? encodeCursor([shown.at(-1)?.version ?? 0]) : null,
  };
}

function versionIn(cursor: string): number {
  const version = decodeCursor(cursor)?.[0];
  if (typeof version !== 'number') throw new Refused('validation_failed', 'The cursor is none of ours.', '/cursor');
  return version;
}
