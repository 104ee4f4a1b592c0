import { KeyWrapper, parseKekRing } from './seal.js';
import { Session } from './session.js';
import { statements } from './statement.js';

/** Keys that are wrapped anew in one statement. */
export const rewrapBatch = 1_000;

/**
 * Wraps the key of every subject under the newest key-encryption key of `kek`, while the service runs: what is sealed and hashed stays
 * as it is. A key that was shredded meanwhile stays shredded. Answers how many it wrapped; afterwards none needs an older one, unless a
 * copy that does not have the newest yet is still running.
 */
export async function rewrapKeys(options: { connectionString: string; kek: string; log: string }): Promise<number> {
  const { connectionString, kek, log } = options;
  const wrapper = new KeyWrapper(parseKekRing(kek), log);
  const session = new Session({ connectionString, applicationName: `waybill ${log} rewrap` });
  try {
    let rewrapped = 0;
    for (let after = ''; ;) {
      const { rows } = await session.query(statements.staleKeys, [after, wrapper.version, rewrapBatch]);
      const stale = rows as [subject: string, wrapped: Buffer][];
      const last = stale.at(-1);
      if (last === undefined) return rewrapped;
      const fresh = stale.map(([subject, wrapped]) => wrapper.wrap(subject, wrapper.unwrap(subject, wrapped)));
      const subjects = stale.map(([subject]) => subject);
      const was = stale.map(([, wrapped]) => wrapped);
      const done = await session.query(statements.rewrapKeys, [subjects, was, fresh, wrapper.version]);
      rewrapped += done.rows.length;
      after = last[0];
    }
  } finally {
    await session.end();
  }
}
