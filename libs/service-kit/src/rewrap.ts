import type { DataSource } from 'typeorm';
import { type SealedSecrets, type SecretBox, SecretBoxFault, type SecretPlace } from './secret-box.js';

/** Sets that are read in one go. */
const rewrapBatch = 100;

/** Where a service keeps sealed sets, and how it writes one back. */
export interface SealedTable {
  /** The sets that an older key wraps: at most `limit`, in an order that ends. */
  stale(currentKek: string, limit: number): Promise<readonly { place: SecretPlace; sealed: SealedSecrets }[]>;
  /** Writes a set in the place of the one that was read. */
  replace(place: SecretPlace, sealed: SealedSecrets): Promise<void>;
}

/**
 * Wraps every set of a table under the current key-encryption key, so that an older one can be taken away; the service may run meanwhile,
 * because a set opens with whichever key wraps it. Answers how many it wrapped.
 * Throws `SecretBoxFault` at the first set whose data key does not open, and names the set: it stays as it is, and so does the older key.
 */
export async function rewrapSets(table: SealedTable, box: SecretBox, currentKek: string): Promise<number> {
  for (let rewrapped = 0; ;) {
    const sets = await table.stale(currentKek, rewrapBatch);
    if (sets.length === 0) return rewrapped;
    for (const { place, sealed } of sets) {
      await table.replace(place, wrappedAnew(box, sealed, place));
      rewrapped += 1;
    }
  }
}

function wrappedAnew(box: SecretBox, sealed: SealedSecrets, place: SecretPlace): SealedSecrets {
  try {
    return box.rewrap(sealed, place);
  } catch (error) {
    if (!(error instanceof SecretBoxFault)) throw error;
    const { connectorId, secretVersion } = place;
    throw new SecretBoxFault(error.code, `${error.event}: set ${secretVersion} of ${connectorId}: ${error.message}`);
  }
}

/** What a command of an operator prints, a line of JSON each. */
export function tellRewrapped(what: string, rewrapped: number, kek: string): void {
  process.stdout.write(`${JSON.stringify({ what, rewrapped, under: kek })}\n`);
}

/** The secret of a service's HMACs as a table of one row; see `mac-secret.ts`. */
export function macSecretTable(database: DataSource, place: SecretPlace): SealedTable {
  return {
    stale: async (currentKek) => {
      const rows = await database.query<{ sealed: SealedSecrets }[]>(
        `select sealed from mac_secret where sealed->>'kek' <> $1`,
        [currentKek],
      );
      return rows.map(({ sealed }) => ({ place, sealed }));
    },
    replace: async (_, sealed) => {
      await database.query('update mac_secret set sealed = $1', [JSON.stringify(sealed)]);
    },
  };
}
