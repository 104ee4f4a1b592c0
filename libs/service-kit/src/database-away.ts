/**
 * Of any client; event-log, which this machine does not import, knows it of its own sessions (`isPassing`), with what a retry of an append mends.
 * SQLSTATEs that pass by themselves: PostgreSQL ends, starts, is full, has no disk, was made a standby, lost the connection (08), or gave the
 * statement up because it took too long.
 */
const passing = /^(08...|57P01|57P02|57P03|57014|53...|55P03|58030|25006|25P03)$/;

/** Node's names of a network that does not lead to it. */
const network = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENOTFOUND|EAI_AGAIN)$/;

/** The driver and its pool have no codes for these, only words. */
const words =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|Client (has encountered a connection error|was closed) and is not queryable|Cannot use a pool after calling end)/;

/**
 * True for an error that says that PostgreSQL is away, of TypeORM, of `pg` or of a session of the log: asking again later is right. False for
 * what PostgreSQL says of a statement, which is a defect.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ConnectionLost') return true;
  const { code, driverError } = error as Error & { code?: unknown; driverError?: unknown };
  if (driverError instanceof Error) return isDatabaseAway(driverError);
  // A SQLSTATE decides alone: a statement may quote any words.
  if (typeof code === 'string' && code !== '') return passing.test(code) || network.test(code);
  return words.test(error.message);
}
