import type { LogEvent } from '@waybill/contracts/log-event';
import { deliveryEventSchemas } from '@waybill/contracts/log/delivery';
import { encodeTypeId } from '@waybill/decider/type-id';
import { MemoryLog } from '@waybill/event-log/memory-log';
import { OpenClosings } from '../work/open-closings.js';
import { ConnectorClosings } from './connector-closings.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const con = encodeTypeId('con', new Uint8Array(16).fill(1));

function event(position: number, type: string, reason: string | null = null): LogEvent {
  const place = { log: 'registry-0', epoch: 1, position, eventId: `event ${position}`, tenant: 'a' };
  return { ...place, type, stream: `connector-${con}`, data: { connectorId: con, reason } } as unknown as LogEvent;
}

/** One copy over a log that several may share. */
class Trial {
  readonly known: [connectorId: string, reasons: Record<string, string>][] = [];
  readonly positions: number[] = [];
  readonly closings = new OpenClosings();
  isReached: (position: number) => Promise<boolean> = () => Promise.resolve(true);
  readonly unit: ConnectorClosings;

  constructor(readonly eventLog = new MemoryLog('delivery-0')) {
    this.unit = new ConnectorClosings({
      eventLog,
      engine: {
        closings: this.closings,
        waiting: () => ['dlv_1', 'dlv_2'],
        closingKnown: (id, reasons) => {
          this.closings.end(id);
          this.known.push([id, Object.fromEntries(reasons)]);
        },
      },
      reached: (position) => {
        this.positions.push(position);
        return this.isReached(position);
      },
      due: { ended: ([id = '']) => Promise.resolve(new Map([[id, 'connector_disabled']])) },
      actor: 'service:delivery',
      log: { warn: () => undefined },
    });
  }

  async recorded(): Promise<unknown[]> {
    const events = await this.eventLog.readAll({ after: 0, limit: 100 });
    return events.map(({ type, data }) => [type, data['reason']]);
  }
}

describe('closings of connectors', () => {
  it.each([
    ['a deletion', 'ConnectorDeleted', null, 'connector_deleted'],
    ['a disabling by somebody, whatever the words', 'ConnectorDisabled', 'maintenance', 'connector_disabled'],
    ['a disabling without a word', 'ConnectorDisabled', null, 'connector_disabled'],
    ['a target that is gone', 'ConnectorDisabled', 'target_gone', 'target_gone'],
    ['five failing days', 'ConnectorDisabled', 'failing_too_long', 'failing_too_long'],
  ])('are recorded of %s', async (_case, type, given, reason) => {
    const trial = new Trial();
    await trial.unit.record([event(1, 'ConnectorCreated'), event(2, type, given), event(3, 'ConnectorEnabled')]);
    expect(await trial.recorded()).toEqual([['ConnectorClosed', reason]]);
    const [{ data } = { data: {} }] = await trial.eventLog.readAll({ after: 0, limit: 1 });
    expect(deliveryEventSchemas.ConnectorClosed.parse(data)).toEqual({ connectorId: con, reason });
  });

  it('say nothing of what closes nothing', async () => {
    const trial = new Trial();
    await trial.unit.record(['ConnectorCreated', 'ConnectorUpdated', 'ConnectorEnabled'].map((type) => event(1, type)));
    expect([await trial.recorded(), trial.known, trial.closings.begun]).toEqual([[], [], 0]);
  });

  it('are recorded once each, whoever reads them and however often', async () => {
    const one = new Trial();
    const two = new Trial(one.eventLog);
    const events = [event(1, 'ConnectorDisabled'), event(2, 'ConnectorEnabled'), event(3, 'ConnectorDisabled')];
    await one.unit.record(events);
    await two.unit.record(events);
    await two.unit.record(events);
    await turn();
    expect(await one.recorded()).toHaveLength(2);
    // Whoever came second waits for the same place in the log, and has its own memory ended.
    expect(two.positions).toEqual([2, 2]);
    expect(two.known).toEqual([0, 1].map(() => [con, { dlv_1: 'connector_disabled' }]));
  });

  it('let nothing begin until it is known what they end', async () => {
    const trial = new Trial();
    let reached: (isReached: boolean) => void = () => undefined;
    trial.isReached = () => new Promise((resolve) => (reached = resolve));
    await trial.unit.record([event(1, 'ConnectorDisabled')]);
    await turn();
    expect([trial.closings.has(con), trial.known]).toEqual([true, []]);
    reached(true);
    await turn();
    expect([trial.closings.has(con), trial.known]).toEqual([false, [[con, { dlv_1: 'connector_disabled' }]]]);
  });

  it('let everything go on where the read model does not follow in time', async () => {
    const trial = new Trial();
    trial.isReached = () => Promise.resolve(false);
    await trial.unit.record([event(1, 'ConnectorDisabled')]);
    await turn();
    expect(trial.known).toEqual([[con, {}]]);
  });

  it('are read again where the log does not take them', async () => {
    const trial = new Trial();
    await trial.eventLog.close();
    await expect(trial.unit.record([event(1, 'ConnectorDisabled')])).rejects.toThrow('the log is closed');
    await turn();
    expect([trial.closings.has(con), trial.known]).toEqual([false, [[con, {}]]]);
  });
});
