import type { PostgresLog } from '@waybill/event-log/postgres-log';
import type { Projection } from '@waybill/event-log/projection';

/** The read model follows within milliseconds; who waits for it in vain looks all the same. */
const followsWithinMs = 1_000;

/**
 * Tells who hands out what is due that a turn may have come: the next delivery of a thing is nobody's before the one before it is over in the
 * read model. Without being told the look would come up to a second later, and a burst of news about one thing would take that long for each.
 */
export class Turns {
  private look: () => void = () => undefined;
  private toldOf = 0;

  constructor(
    private readonly log: Pick<PostgresLog, 'knownPosition'>,
    private readonly model: Pick<Projection, 'whenCaughtUp'>,
  ) {}

  /** Who looks. */
  tell(look: () => void): void {
    this.look = look;
  }

  /** An attempt has been recorded. */
  readonly over = (): void => this.comeAt(this.log.knownPosition);

  /** What stands on the log up to there has begun to wait for its turn, or ended that of others. */
  comeAt(position: number): void {
    if (position <= this.toldOf) return;
    this.toldOf = position;
    void this.model.whenCaughtUp(position, followsWithinMs).then(() => this.look());
  }
}
