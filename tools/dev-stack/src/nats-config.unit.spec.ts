import { natsConfigText } from './nats-config.js';
import { publisherUser, serviceUser } from './nats-users.js';

const config = { port: 4222, storeDir: '/data/js', users: [], syncInterval: '200ms', payloadBytesMax: 1_048_576 };

describe('the configuration of nats-server', () => {
  it('listens on the loopback address only and stores where it is told', () => {
    const text = natsConfigText(config);
    expect(text).toContain('listen: "127.0.0.1:4222"');
    expect(text).toContain('store_dir: "/data/js"');
    expect(text).not.toContain('authorization');
  });

  it('quotes a password, so that none can add a setting', () => {
    const users = [{ user: 'a', password: 'x", permissions: {}, y: "', publish: [], subscribe: [] }];
    expect(natsConfigText({ ...config, users })).toContain(String.raw`password: "x\", permissions: {}, y: \""`);
  });
});

describe('the users of the broker', () => {
  it('let a publisher publish for its tenant alone', () => {
    expect(publisherUser('p', 'acme', 's').publish).toEqual([
      'waybill.v1.notifications.acme.>',
      'waybill.v1.rpc.notifications.acme.publish',
      'waybill.v1.rpc.notifications.acme.validate',
    ]);
  });

  it('let a service tell no log but its own, and answer for nobody else', () => {
    const { publish, subscribe } = serviceUser('delivery', 's');
    expect(publish.filter((subject) => subject.includes('.log.'))).toEqual(['waybill.v1.log.delivery-0.>']);
    expect(subscribe.filter((subject) => subject.includes('.rpc.'))).toEqual(['waybill.v1.rpc.delivery.*.>']);
  });

  it('let the gateway ask everybody and answer nobody', () => {
    const { publish, subscribe } = serviceUser('gateway', 's');
    expect(publish).toContain('waybill.v1.rpc.*.*.>');
    expect(subscribe.filter((subject) => subject.includes('.rpc.'))).toEqual([]);
  });
});
