import { setTimeout as delay } from 'node:timers/promises';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import { receiverConnector, receiverOf } from './receiver-connectors.spec.js';
import { idOf, RunningDelivery } from './running-delivery.spec.js';

type Row = Readonly<Record<string, unknown>>;

/** Which member of a receiver's state holds what was made there. */
const made: Readonly<Record<string, string>> = {
  jira: 'issues',
  'jira-service-management': 'requests',
  servicenow: 'incident',
  pagerduty: 'alerts',
};

describe('one thing at the targets that keep one', () => {
  let delivery: RunningDelivery;
  let number = 0;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    await delivery.serve('one');
    await delivery.serve('two');
  }, 60_000);
  afterAll(() => delivery?.stop());
  beforeEach(async () => {
    await delivery.received.reset();
    await delivery.received.option('jira', 'searchDelayMs', 0);
    await delivery.received.option('jira', 'perSecond', 0);
  });

  const things = async (target: string): Promise<readonly Row[]> => {
    const state = (await delivery.received.state(receiverOf(target))) as Readonly<Record<string, readonly Row[]>>;
    return state[made[target] ?? ''] ?? [];
  };

  const connector = (target: string, config: Row = {}): Promise<string> => {
    number += 1;
    const given = receiverConnector(delivery, target, `c${number}`);
    return delivery.connector(number, { ...given, config: { ...given.config, ...config } });
  };

  const incident = (id: string, act: string) => ({
    incidentId: id,
    incident: { summary: `Intrusion ${id}`, description: 'Seen twice.', threatRating: 'High' },
    customer_status: { status: 'open' },
    waybill: { act },
  });

  const tell = async (id: string, connectorId: string, act: string): Promise<number> => {
    number += 1;
    await delivery.route(number, [connectorId], { type: 'incident', payload: incident(id, act) });
    return number;
  };

  const ended = async (told: number): Promise<Delivery> => {
    await delivery.eventually(
      () => delivery.deliveriesOf(told),
      ([row]) => row?.status === 'delivered' || row?.status === 'dead-lettered',
    );
    const [row] = await delivery.deliveriesOf(told);
    return delivery.ask<Delivery>('deliveries.get', { id: row?.id });
  };

  it.each(Object.keys(made))(
    'two notifications of one incident at the same moment make one at %s, with two copies at work',
    async (target) => {
      const id = `INC-${target}`;
      const to = await connector(target);
      const two = await Promise.all(['trigger', 'trigger'].map((act) => tell(id, to, act)));
      const ends = await Promise.all(two.map(ended));
      expect(ends.map(({ status }) => status)).toEqual(['delivered', 'delivered']);
      expect(new Set(ends.map(({ receipt }) => receipt?.ticket)).size).toBe(1);
      expect(await things(target)).toHaveLength(1);
    },
  );

  it('a connector that is heard of after what was routed to it keeps one ticket too', async () => {
    number += 1;
    const late = number;
    const two = await Promise.all(['trigger', 'trigger'].map((act) => tell('INC-late', idOf('con', late), act)));
    await delay(300);
    const { config, ...given } = receiverConnector(delivery, 'jira', 'late');
    await delivery.connector(late, { ...given, config });
    const ends = await Promise.all(two.map(ended));
    expect(ends.map(({ status }) => status)).toEqual(['delivered', 'delivered']);
    expect(await things('jira')).toHaveLength(1);
  });

  it.each([
    ['jira', 'jira', { 'agent@example.com': 'renewed-token' }, 'login_failed', 404],
    ['jira-service-management', 'jsm', { 'agent@example.com': 'renewed-token' }, 'login_failed', 404],
    ['servicenow', 'servicenow', { admin: 'renewed-password' }, 'unauthorized', 401],
  ])(
    'expired credentials open no second ticket at %s, and are called what they are',
    async (target, receiver, users, reason, status) => {
      const to = await connector(target, { onUpdate: 'none' });
      expect((await ended(await tell('INC-expired', to, 'trigger'))).status).toBe('delivered');
      // Both rooms of Atlassian stand on one list of users.
      for (const one of new Set([receiver, ...(receiver === 'jsm' ? ['jira'] : [])]))
        await delivery.received.option(one, 'users', users);
      const refused = await ended(await tell('INC-expired', to, 'resolve'));
      expect(refused).toMatchObject({ status: 'dead-lettered', reason, attempts: [{ response: { status } }] });
      expect(await things(target)).toHaveLength(1);
    },
  );

  it.each([
    ['jira', { resolveTransition: 'Vanish' }, 'transition_missing'],
    ['jira-service-management', { resolveTransition: 'Vanish' }, 'transition_missing'],
    // Its transition is a state: one that the table does not know is answered with 200 and left out.
    ['servicenow', { resolve: { state: '0', closeCode: 'Solved', closeNotes: 'Over.' } }, 'state_unchanged'],
  ])('a ticket that cannot be closed at %s is said, and stays one and open', async (target, config, reason) => {
    const to = await connector(target, config);
    expect((await ended(await tell('INC-stuck', to, 'trigger'))).status).toBe('delivered');
    const [open] = await things(target);
    const refused = await ended(await tell('INC-stuck', to, 'resolve'));
    expect(refused).toMatchObject({ status: 'dead-lettered', reason });
    const after = await things(target);
    expect(after).toHaveLength(1);
    const statusOf = (row: Row | undefined) => row?.['status'] ?? row?.['state'];
    expect(statusOf(after[0])).toBe(statusOf(open));
  });

  it('a record whose closing a business rule forbids is said, and stays one and open', async () => {
    const to = await connector('servicenow');
    expect((await ended(await tell('INC-ruled', to, 'trigger'))).status).toBe('delivered');
    const [open] = await things('servicenow');
    await delivery.received.option('servicenow', 'businessRule', 'Only people close');
    const refused = await ended(await tell('INC-ruled', to, 'resolve'));
    expect(refused).toMatchObject({
      status: 'dead-lettered',
      reason: 'forbidden',
      attempts: [{ response: { status: 403, body: expect.stringContaining('Only people close') as string } }],
    });
    expect(await things('servicenow')).toMatchObject([{ state: open?.['state'] }]);
  });
});
