import type { Check } from '@waybill/contracts/http/doctor';
import { Says, type Stage, startStage } from './stage.fixture.js';

describe('the doctor', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage();
  }, 60_000);
  afterAll(() => stage?.stop());

  const lines = async (): Promise<Map<string, Check>> => {
    const { items } = (await stage.send('GET', '/v1/doctor')).json as { items: Check[] };
    return new Map(items.map((check) => [check.id, check]));
  };

  it('says of itself that broker, database and schema are right', async () => {
    const found = await lines();
    for (const id of ['nats', 'gateway.database', 'gateway.migrations']) expect(found.get(id)?.state).toBe('holds');
  });

  it('says in one red line that a service is away, with what to do', async () => {
    const found = await lines();
    expect(found.get('registry')).toMatchObject({ state: 'wrong', fix: expect.stringContaining('start registry') });
    expect([...found.keys()].filter((id) => id.startsWith('registry.'))).toEqual([]);
  });

  it('says what a service says of itself', async () => {
    await stage.answer('delivery', 'log.head', () => ({ position: 7 }));
    const smtp = { id: 'smtp', title: 'Mail', state: 'wrong', says: 'refused', fix: 'Start it.' };
    await stage.answer('delivery', 'doctor', () => ({ items: [smtp] }));
    const found = await lines();
    expect(found.get('delivery')).toMatchObject({ state: 'holds', fix: null });
    expect(found.get('smtp')).toEqual(smtp);
    // Its stream does not exist here, which is what the line is for.
    expect(found.get('relay-delivery-0')).toMatchObject({ state: 'wrong', fix: expect.any(String) });
  });

  it('does not hide that a service that answers does not say what it finds', async () => {
    await stage.answer('delivery', 'log.head', () => ({ position: 7 }));
    await stage.answer('delivery', 'doctor', () => {
      throw new Says('service_unavailable', 'too busy');
    });
    const found = await lines();
    expect(found.get('delivery.doctor')).toMatchObject({ state: 'unknown', fix: expect.any(String) });
  });
});
