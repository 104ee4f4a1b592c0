import { logStream } from '@waybill/contracts/subjects';
import { RunningDelivery } from './running-delivery.spec.js';
import { deliveryLog } from './delivery.module.js';

describe('the stream of the log', () => {
  let delivery: RunningDelivery;
  beforeAll(async () => {
    delivery = await RunningDelivery.start();
  }, 60_000);
  afterAll(() => delivery.stop());

  it('is asked for in as many copies as the operator says', async () => {
    // A broker that is alone keeps one and refuses more, so what it is asked for is listened to.
    const asked = delivery.client.subscribe(`$JS.API.STREAM.CREATE.${logStream(deliveryLog)}`, { max: 1 });
    await delivery.client.flush();
    await delivery.serve('one', { WAYBILL_STREAM_REPLICAS: '3' });
    for await (const message of asked) expect(message.json()).toMatchObject({ num_replicas: 3 });
    expect(asked.getProcessed()).toBe(1);
  });
});
