import type { Stage } from './stage.js';

export interface SeenEvent {
  readonly position: number;
  readonly stream: string;
  readonly type: string;
  readonly actor: string;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const pageLimit = 500;

/** Every event of one type on a log, oldest first, as an auditor reads them; from behind a position on. */
export async function eventsOf(stage: Stage, log: string, type: string, after = 0): Promise<SeenEvent[]> {
  const seen: SeenEvent[] = [];
  for (let next = after; ;) {
    const page = await stage.api.get<{ items: SeenEvent[]; nextAfter: number | null; head: number }>(
      `/v1/log/${log}/events?after=${next}&limit=${pageLimit}&type=${type}`,
    );
    seen.push(...page.items);
    if (page.nextAfter === null || page.nextAfter >= page.head || page.nextAfter === next) return seen;
    next = page.nextAfter;
  }
}

/** Where a log stands. */
export async function headOf(stage: Stage, log: string): Promise<number> {
  return (await stage.api.get<{ position: number }>(`/v1/log/${log}/head`)).position;
}
