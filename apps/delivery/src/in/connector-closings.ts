import type { LogEvent } from '@waybill/contracts/log-event';
import type { EventLog, StreamAppend } from '@waybill/event-log/log';
import type { Log } from '@waybill/service-kit/logger';
import type { DueAttempts } from '../read/due-attempts.js';
import type { Engine } from '../work/engine.js';
import { endReasonOf } from '../work/outcome-commands.js';

export interface ClosingsParts {
  readonly eventLog: Pick<EventLog, 'append'>;
  readonly engine: Pick<Engine, 'closings' | 'waiting' | 'closingKnown'>;
  /** Resolves true once the read model has the log up to a position, false where that takes too long. */
  readonly reached: (position: number) => Promise<boolean>;
  readonly due: Pick<DueAttempts, 'ended'>;
  readonly actor: string;
  readonly log: Pick<Log, 'warn'>;
}

const nothing: ReadonlyMap<string, string> = new Map();

/**
 * Puts on the record of this log that a connector was disabled or deleted. What stands before that and waits is ended by the read model's
 * word, whoever holds it and whenever it comes to it: what a copy knows of a connector is only what it is now, and one that was enabled
 * again at once would never have been closed.
 */
export class ConnectorClosings {
  constructor(private readonly parts: ClosingsParts) {}

  /**
   * Resolves when the closings among these events of registry's log are recorded: until then nobody may be told of what comes after them,
   * for what is accepted then must stand behind them. Each copy does this and the first one writes; a rejection is for being called again.
   */
  async record(events: readonly LogEvent[]): Promise<void> {
    const closed = events.filter(isClosing);
    if (closed.length === 0) return;
    const ids = [...new Set(closed.map(idOf))];
    for (const id of ids) this.parts.engine.closings.begin(id);
    let position: number | null = null;
    try {
      const { streams } = await this.parts.eventLog.append({ streams: closed.map((event) => this.closing(event)) });
      position = Math.max(...streams.map((one) => (one.written ? (one.positions.at(-1) ?? 0) : one.lastPosition)));
    } finally {
      void this.settle(ids, position);
    }
  }

  /** Has the engine end what waits in its memory, and go on with the rest. */
  private async settle(ids: readonly string[], position: number | null): Promise<void> {
    const { engine, reached, log } = this.parts;
    // What is not known in time is found when the leases of what waits are kept.
    const isKnown = position !== null && (await reached(position));
    for (const connectorId of ids) {
      let ended = nothing;
      try {
        if (isKnown) ended = await this.parts.due.ended(engine.waiting(connectorId));
      } catch (error) {
        log.warn({ err: error, connectorId }, 'closing.waits');
      }
      engine.closingKnown(connectorId, ended);
    }
  }

  /** The stream is of this closing alone, so that an event that is read again closes nothing a second time. */
  private closing(event: LogEvent): StreamAppend {
    const connectorId = idOf(event);
    const { epoch, position, tenant, eventId: causationId } = event;
    const closed = {
      type: 'ConnectorClosed',
      schemaVersion: 1,
      data: { connectorId, reason: reasonOf(event) },
      meta: { actor: this.parts.actor, causationId },
    };
    const stream = `closing-${connectorId}-${epoch}.${position}`;
    return { stream, tenant, expected: 'none', events: [closed], onConflict: 'skip' };
  }
}

const isClosing = ({ type }: LogEvent): boolean => type === 'ConnectorDisabled' || type === 'ConnectorDeleted';

const idOf = ({ stream }: LogEvent): string => stream.slice('connector-'.length);

function reasonOf({ type, data }: LogEvent): string {
  if (type === 'ConnectorDeleted') return endReasonOf({ state: 'deleted' });
  const disabledBecause = typeof data['reason'] === 'string' ? data['reason'] : null;
  return endReasonOf({ state: 'disabled', disabledBecause });
}
