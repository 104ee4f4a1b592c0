import type { PostgresLog } from './postgres-log.js';

/** A NATS message holds 1 MiB. */
export const logPageBytesMax = 900_000;

export interface LogPage {
  readonly events: readonly { readonly text: string; readonly sealedAt: number | null }[];
  readonly head: number;
}

/** The answer of `log.read`: the wire texts after a position, as many as fit into one reply, one at least where there is one. */
export async function readPage(log: PostgresLog, after: number, limit: number): Promise<LogPage> {
  const [wire, { position: head }] = await Promise.all([log.readWire(after, limit), log.head()]);
  const events: { text: string; sealedAt: number | null }[] = [];
  let bytes = 0;
  for (const { bytes: utf8, sealedAt } of wire) {
    const text = decoder.decode(utf8);
    // Inside the reply the text is a JSON string, whose quotes are escaped.
    bytes += Buffer.byteLength(JSON.stringify(text)) + 32;
    if (events.length > 0 && bytes > logPageBytesMax) break;
    events.push({ text, sealedAt });
  }
  return { events, head };
}

const decoder = new TextDecoder();
