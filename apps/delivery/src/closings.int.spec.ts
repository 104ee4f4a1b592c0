import { idOf, RunningDelivery } from './running-delivery.spec.js';

const waits = { limits: { retryDelaysSeconds: [0, 3_600] } };

describe('a connector that is disabled and enabled again at once', () => {
  let delivery: RunningDelivery;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    await delivery.serve();
  }, 60_000);
  afterAll(() => delivery?.stop());

  /** A connector for which one delivery waits an hour for its retry. */
  async function waiting(number: number, name: string): Promise<string> {
    const connectorId = await delivery.webhook(number, name, waits);
    await delivery.received.script('webhook', name, [{ status: 500, times: 1 }]);
    await delivery.route(number * 10, [connectorId]);
    await delivery.until(number * 10, 'retrying');
    return connectorId;
  }

  async function turnOffAndOn(connectorId: string, reason: string | null = null): Promise<void> {
    await delivery.registryEvent(connectorId, 'ConnectorDisabled', { reason });
    await delivery.known(await delivery.registryEvent(connectorId, 'ConnectorEnabled'));
  }

  /** Nobody comes on in registry's log for a while, in which whoever does not wait for that would have done what it does. */
  async function readNothingOfRegistry(): Promise<{ over: Promise<unknown> }> {
    const over = delivery.sql('begin; lock table mirrored_logs in exclusive mode; select pg_sleep(4); commit');
    await delivery.eventually(
      () => delivery.sql(`select from pg_locks where relation = 'mirrored_logs'::regclass and mode = 'ExclusiveLock'`),
      (rows) => rows.length === 1,
    );
    return { over };
  }

  it.each([
    ['somebody', 'maintenance', 'cancelled', 'connector_disabled'],
    ['a target that is gone', 'target_gone', 'dead-lettered', 'target_gone'],
    ['five failing days', 'failing_too_long', 'dead-lettered', 'failing_too_long'],
  ] as const)('by %s has what waited ended, and what comes later delivered', async (by, given, status, reason) => {
    const number = 1 + ['maintenance', 'target_gone', 'failing_too_long'].indexOf(given);
    const connectorId = await waiting(number, `off-${number}`);
    await turnOffAndOn(connectorId, given);
    await delivery.route(number * 10 + 1, [connectorId]);
    expect(await delivery.until(number * 10 + 1, 'delivered')).toMatchObject({ reason: null });
    expect(await delivery.until(number * 10, status)).toMatchObject({ reason });
    // What ended with the connector and is asked for after it was enabled is no part of the closing.
    const [ended] = await delivery.deliveriesOf(number * 10);
    await delivery.ask('deliveries.redeliver', { id: ended?.id, mode: 'render-again' });
    await delivery.until(number * 10, 'delivered');
    const closed = (await delivery.events()).filter(({ data }) => data['connectorId'] === connectorId);
    expect(closed.filter(({ type }) => type === 'ConnectorClosed').map(({ data }) => data)).toEqual([
      { connectorId, reason },
    ]);
  });

  it('sends nothing of what waited in memory, and writes the outcome of what was under way', async () => {
    const connectorId = await delivery.webhook(5, 'memory', { limits: { maxConcurrent: 1 } });
    await delivery.received.script('webhook', 'memory', [{ status: 200, delayMs: 2_000, times: 1 }]);
    for (let n = 0; n < 5; n += 1) await delivery.route(50 + n, [connectorId]);
    await delivery.received.waitFor({ name: 'memory' }, 1, 5_000);
    await delivery.eventually(
      () => delivery.sql('select from rm_deliveries.delivery_due where connector_id = $1', [connectorId]),
      (rows) => rows.length === 5,
    );
    await turnOffAndOn(connectorId);
    await delivery.route(59, [connectorId]);
    await delivery.until(59, 'delivered');
    await delivery.until(50, 'delivered');
    for (let n = 1; n < 5; n += 1) {
      const ended = await delivery.until(50 + n, 'cancelled');
      expect(ended).toMatchObject({ reason: 'connector_disabled', attempts: [] });
    }
    expect(await delivery.received.counts({ name: 'memory' })).toMatchObject({ received: 2, accepted: 2 });
  });

  it('has what waited ended although delivery was down the whole time, and what was routed afterwards delivered', async () => {
    const connectorId = await delivery.webhook(6, 'down', { limits: { retryDelaysSeconds: [0, 2] } });
    await delivery.received.script('webhook', 'down', [{ status: 500, times: 1 }]);
    await delivery.route(60, [connectorId]);
    await delivery.until(60, 'retrying');
    await delivery.stopCopy('one');
    // So many that they are not read in one go.
    const other = idOf('con', 1);
    for (let n = 0; n < 1_200; n += 1) await delivery.registryEvent(other, 'ConnectorEnabled');
    await delivery.registryEvent(connectorId, 'ConnectorDisabled');
    await delivery.registryEvent(connectorId, 'ConnectorEnabled');
    await delivery.route(61, [connectorId]);
    // It would be sent as soon as somebody looks.
    await delivery.eventually(
      () =>
        delivery.sql('select from rm_deliveries.delivery_due where connector_id = $1 and due_at < now()', [
          connectorId,
        ]),
      (rows) => rows.length === 1,
    );
    const { over } = await readNothingOfRegistry();
    await Promise.all([delivery.serve(), over]);
    await delivery.until(61, 'delivered');
    expect(await delivery.until(60, 'cancelled')).toMatchObject({ reason: 'connector_disabled' });
    expect(await delivery.received.counts({ name: 'down' })).toMatchObject({ received: 2, accepted: 1 });
  });

  it('has the rest ended by whoever comes after a copy that was killed in the middle', async () => {
    const connectorId = await waiting(7, 'killed');
    await delivery.stopCopy('one');
    // All that the killed one left.
    await delivery.append(`closing-${connectorId}-1.1`, 'none', [
      { type: 'ConnectorClosed', data: { connectorId, reason: 'connector_disabled' } },
    ]);
    await delivery.serve('two');
    expect(await delivery.until(70, 'cancelled')).toMatchObject({ reason: 'connector_disabled' });
    await delivery.stopCopy('two');
    await delivery.serve();
  });

  it('is closed once by several copies, each time, and all that waits with either of them ends', async () => {
    await delivery.serve('two');
    const connectorId = await delivery.webhook(8, 'copies', waits);
    // Fewer than open its circuit.
    const numbers = [801, 802, 803, 804];
    await delivery.received.script('webhook', 'copies', [{ status: 500, times: numbers.length }]);
    for (const number of numbers) await delivery.route(number, [connectorId]);
    for (const number of numbers) await delivery.until(number, 'retrying');
    await turnOffAndOn(connectorId);
    await turnOffAndOn(connectorId);
    await delivery.route(850, [connectorId]);
    await delivery.until(850, 'delivered');
    for (const number of numbers)
      expect(await delivery.until(number, 'cancelled')).toMatchObject({ reason: 'connector_disabled' });
    const closings = (await delivery.events()).filter(
      ({ type, data }) => type === 'ConnectorClosed' && data['connectorId'] === connectorId,
    );
    expect(closings).toHaveLength(2);
    await delivery.stopCopy('two');
  });

  it('has what is accepted stand behind the closings before it, whichever copy accepts it', async () => {
    await delivery.serve('two');
    const [reader, other] = (await delivery.readerCopy()) === 'one' ? ['one', 'two'] : ['two', 'one'];
    const connectorId = await delivery.webhook(11, 'lease', { limits: { retryDelaysSeconds: [0, 8] } });
    await delivery.received.script('webhook', 'lease', [{ status: 500, times: 1 }]);
    const { over } = await readNothingOfRegistry();
    // Both copies wait to keep this one, and read what follows after it.
    await delivery.registryEvent(idOf('con', 1), 'ConnectorEnabled');
    await delivery.eventually(
      () => delivery.sql(`select from pg_locks where relation = 'mirrored_logs'::regclass and not granted`),
      (rows) => rows.length === 2,
    );
    await delivery.registryEvent(connectorId, 'ConnectorDisabled');
    await delivery.registryEvent(connectorId, 'ConnectorEnabled');
    const stopped = delivery.stopCopy(reader);
    await delivery.eventually(
      () => delivery.readerCopy(),
      (copy) => copy === other,
    );
    await delivery.route(110, [connectorId]);
    await Promise.all([stopped, over]);
    expect((await delivery.until(110, 'delivered', 20_000)).attempts).toHaveLength(2);
    await delivery.stopCopy(other);
    await delivery.serve('one');
  });

  it('ends nothing by what a copy knew of a connector before it read that it was enabled again', async () => {
    const connectorId = await delivery.webhook(12, 'late');
    await delivery.known(await delivery.registryEvent(connectorId, 'ConnectorDisabled'));
    const { over } = await readNothingOfRegistry();
    await delivery.registryEvent(connectorId, 'ConnectorEnabled');
    await delivery.route(120, [connectorId]);
    await over;
    expect((await delivery.until(120, 'delivered')).attempts).toHaveLength(1);
  });

  it('leaves another connector of the same subscription alone', async () => {
    const [closed, other] = [await waiting(9, 'closed'), await waiting(10, 'other')];
    const subscriptionId = idOf('sub', 1);
    await turnOffAndOn(closed);
    expect(await delivery.until(90, 'cancelled')).toMatchObject({ subscriptionId });
    expect(await delivery.deliveriesOf(100)).toMatchObject([{ status: 'retrying', connectorId: other }]);
  });
});
