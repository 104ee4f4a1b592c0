import { join } from 'node:path';
import { balanced, drawUp, openSink } from '../account.js';
import { notificationSubject } from '@waybill/contracts/subjects';
import { NatsText } from '../nats-text.js';
import { nothingPublished, Publisher } from '../publisher.js';
import { runRebuild, shown } from '../rebuild.story.js';
import type { Stage } from '../stage.js';
import { type Attack, attacks } from './attacks.js';
import { windowsHolding } from './broker-windows.js';
import { byThePage } from './by-the-page.js';
import { filesHolding, tablesHolding } from './on-disk.js';
import { eventually, hold, pause, type Promised, same, type Story } from '../story.js';
import { Auditor, sizeIn } from './auditor.js';
import { type Principal, principals, StoredLog } from './stored-log.js';

/** The record is attacked by those who own the database. What nobody can see is no promise; what can be seen must be seen, with its position. */
export const audit: Story = {
  name: 'audit',
  about: 'the delivery log is changed by its owner and by a superuser; verifiers and the notary say where',
  tell: (stage) => {
    const scene = new Scene(stage);
    return [
      {
        says: 'a good export verifies with both verifiers, and extends an older checkpoint',
        holds: () => scene.begin(),
      },
      ...(stage.long ? [byThePage(stage)] : []),
      {
        says: 'a legal hold refuses shredding; by notification and by age, a shredded payload is nowhere on the disk, and everything still verifies',
        holds: () => scene.payloadShredded(),
      },
      ...(stage.long
        ? [
            {
              says: `one command shreds the payloads of ${many} notifications and all others of the tenant, also what lay in the queue; everything verifies and rebuilds afterwards`,
              holds: () => scene.tenantShredded(),
            },
          ]
        : []),
      {
        says: 'the owner of the log cannot change it, nor a session that plays replica',
        holds: () => scene.ownerIsRefused(),
      },
      ...attacks.flatMap((attack) =>
        principals.filter((by) => stage.long || attack.short === by).map((by) => scene.attacked(attack, by)),
      ),
      ...principals
        .filter((by) => stage.long || by === 'owner')
        .map((by) => ({
          says: `the ${by} drops a partition: both verifiers name its first position`,
          holds: () => scene.partitionDropped(by),
        })),
      {
        says: "yesterday's backup, restored, raises an alarm at the first position that is gone, and the service serves read-only",
        holds: () => scene.yesterdayRestored(),
      },
    ];
  },
};

const notifications = 12;
/** More than one request to shred takes (`shreddedMax` of libs/contracts). */
const many = 1_100;
/** Stands in every payload of `Publisher`, and nowhere else. */
const publishedText = 'waybill waybill waybill';

/** What the promises share: the log, the auditor, and the two copies. */
class Scene {
  private storedLog: StoredLog | null = null;
  private auditor: Auditor | null = null;

  constructor(private readonly stage: Stage) {}

  private get log(): StoredLog {
    if (this.storedLog === null) throw new Error('the scene has not begun');
    return this.storedLog;
  }

  private get eyes(): Auditor {
    if (this.auditor === null) throw new Error('the scene has not begun');
    return this.auditor;
  }

  async begin(): Promise<string> {
    const { dev } = this.stage;
    hold(dev.notaryVkey !== '', 'dev.json holds no notaryVkey');
    this.storedLog = await StoredLog.open(dev.databaseUrl, 'delivery');
    this.auditor = new Auditor(this.stage, 'delivery-0', dev.notaryVkey);
    await this.publish();
    const yesterday = await this.settled();
    await this.eyes.signedUpTo(yesterday);
    const older = await this.eyes.takeCheckpoint('older.checkpoint');
    await this.log.copyTo('yesterday');
    await this.publish();
    const head = await this.settled();
    await this.eyes.signedUpTo(head);
    same((await this.eyes.judge(older)).verified, true, 'the verdict on a good export');
    return `${head} events; an older checkpoint of ${sizeIn(older)} is extended`;
  }

  async ownerIsRefused(): Promise<string> {
    const [partition = ''] = await this.log.partitions();
    const acts = [
      'UPDATE log_events SET version = 0',
      'DELETE FROM log_events',
      'TRUNCATE log_events',
      `TRUNCATE ${partition}`,
    ];
    for (const session of [
      'SET ROLE waybill_delivery_app',
      'SET ROLE waybill_delivery_owner',
      'SET session_replication_role = replica',
    ]) {
      for (const act of acts) {
        await this.log.query(session);
        const refused = await this.log.query(act).then(
          () => null,
          (error: Error & { code?: string }) => error.code,
        );
        await this.log.query('RESET ROLE');
        await this.log.query('RESET session_replication_role');
        same(refused, '42501', `${session}; ${act}`);
      }
    }
    return `${acts.length * 3} attempts refused`;
  }

  attacked({ says, change, alarms }: Attack, by: Principal): Promised {
    return {
      says: `${says}, by the ${by}: both verifiers name the position${alarms ? ', the notary too' : ''}`,
      holds: async () => {
        const head = await this.settled();
        const middle = Math.floor(head / 2);
        await this.log.copyTo('intact');
        let position = 0;
        await this.log.unlocked(async () => {
          position = await change(this.log, middle, head);
        }, by);
        const release = await this.log.holdHead();
        try {
          const { verified, position: found, words } = await this.eyes.judge();
          same(verified, false, 'the verdict');
          same(found, position, 'the first bad position');
          const alarm = alarms ? await this.eyes.alarm() : null;
          if (alarm !== null)
            hold(alarm.words.includes(`position ${position})`), `the notary names another position: ${alarm.words}`);
          return `position ${position} of ${head}: ${words}${alarm === null ? '' : `; the notary after ${alarm.seconds} s: ${alarm.words}`}`;
        } finally {
          await release();
          await this.log.restoreFrom('intact');
          await this.eyes.calm();
        }
      },
    };
  }

  async payloadShredded(): Promise<string> {
    const { api, dataDir, dev } = this.stage;
    // Only in the payload, and in what is made from it: ids and names stay on the record.
    const secret = `shredme${Date.now()}`;
    const body = {
      type: 'incident',
      id: `shred-${Date.now()}`,
      payload: { humanFriendlyId: secret, incidentId: secret },
    };
    const { notificationId } = await api.post<{ notificationId: string }>('/v1/notifications', body);
    await overQueue(this.stage, secret);
    const settled = await this.settled();
    // Otherwise finding nothing afterwards would say nothing.
    hold(filesHolding(join(dataDir, 'nats'), secret).length > 0, 'the broker does not hold the payload before');
    const setHold = (held: boolean, about?: string): Promise<unknown> =>
      api.post('/v1/legal-holds', { notificationId: about, held, reason: 'a journey' });
    const shred = (what: object) => api.call('POST', '/v1/shredding', { ...what, reason: 'a journey' });
    await setHold(true, notificationId);
    same((await shred({ notificationId })).json['code'], 'legal_hold', 'the answer under a hold');
    const before = new Date(Date.now() + 60_000).toISOString();
    same((await shred({ before })).json['held'], [notificationId], 'what a hold keeps from shredding by age');
    await setHold(true);
    same((await shred({ before })).json['shredded'], 0, 'what is shredded of a tenant that is held');
    await setHold(false);
    await setHold(false, notificationId);
    same((await shred({ notificationId })).json['shredded'], 1, 'shredded payloads');
    const others = Number((await shred({ before })).json['shredded']);
    hold(others > 1, 'shredding by age finds nothing');
    for (const path of [
      `/v1/notifications/${notificationId}`,
      `/v1/log/delivery-0/events?after=${settled - 20}`,
      '/v1/log/subscriptions-0/events',
    ])
      hold(!(await api.call('GET', path)).text.includes(secret), `${path} still shows the payload`);
    same(await windowsHolding(this.stage.adminNatsUrl, secret), [], 'messages of the broker that hold the payload');
    same(filesHolding(dataDir, secret), [], 'files on the disk that hold the payload');
    same(await tablesHolding(dev.databaseUrl, secret), [], 'tables whose dump holds the payload');
    const { verified, words } = await this.eyes.judge();
    same([verified, words], [true, 'verified'], 'the verdict after shredding');
    return `${notificationId} and ${others - 1} others are shredded: neither the API, the broker, a dump nor any file on the disk holds the payload; the log verifies`;
  }

  async tenantShredded(): Promise<string> {
    const { stage } = this;
    const services = ['subscriptions', 'delivery'] as const;
    const sink = await openSink(stage, `shred-many-${Date.now()}`);
    const published = nothingPublished();
    const publisher = await Publisher.open(stage.dev, stage.api);
    const batch = { type: sink.type, way: 'jetstream', perSecond: 300, from: 0, to: many } as const;
    await publisher.publish(batch, published).finally(() => publisher.close());
    balanced(await drawUp(stage, sink, published, 120_000), published);
    await this.settled();
    hold(filesHolding(join(stage.dataDir, 'nats'), publishedText).length > 0, 'the broker does not hold them before');
    const { said } = await this.eyes.waybill(['shred', '--tenant', '--reason', 'a journey', '--json']);
    const { shredded } = JSON.parse(said) as { shredded: number };
    hold(shredded >= many, `${shredded} are shredded`);
    same(filesHolding(stage.dataDir, publishedText), [], 'files on the disk that hold a payload');
    same(await tablesHolding(stage.dev.databaseUrl, publishedText), [], 'tables whose dump holds a payload');
    const before = await Promise.all(services.map((service) => shown(stage, service)));
    for (const service of services) await runRebuild(stage, service);
    same(await Promise.all(services.map((service) => shown(stage, service))), before, 'the lists after a rebuild');
    const { verified, words } = await this.eyes.judge();
    same([verified, words], [true, 'verified'], 'the verdict after shredding');
    return `${shredded} payloads; nothing of them on the disk or in a dump; rebuilt without a difference; the log verifies`;
  }

  async partitionDropped(by: Principal): Promise<string> {
    const [partition = ''] = await this.log.partitions();
    await this.settled();
    await this.log.copyTo('intact');
    await this.log.unlocked(async () => {
      await this.log.query(`DROP TABLE ${partition}`);
    }, by);
    const release = await this.log.holdHead();
    try {
      const { verified, position, words } = await this.eyes.judge();
      same([verified, position], [false, 1], 'verdict and first bad position');
      return `position ${position}: ${words}`;
    } finally {
      await release();
      await this.log.query('SELECT log_add_partitions(position) FROM log_head');
      await this.log.restoreFrom('intact');
      await this.eyes.calm();
    }
  }

  async yesterdayRestored(): Promise<string> {
    await this.settled();
    const head = await this.log.head();
    await this.log.copyTo('intact');
    const [row] = await this.log.query<{ position: string }>('SELECT position FROM yesterday.log_head');
    const first = Number(row?.position) + 1;
    await this.log.restoreFrom('yesterday');
    const release = await this.log.holdHead();
    try {
      const alarm = await this.eyes.alarm();
      hold(alarm.words.includes(`position ${first})`), `the notary names another position: ${alarm.words}`);
      const { verified, position } = await this.eyes.judge();
      same([verified, position], [false, first], 'verdict and first bad position');
      const readOnly = await this.eyes.readOnly();
      return `back from ${head} to ${first - 1}; the notary after ${alarm.seconds} s: ${alarm.words}; read-only after ${readOnly.seconds} s`;
    } finally {
      await release();
      await this.log.restoreFrom('intact');
      await this.eyes.calm();
      await this.log.close();
    }
  }

  private async publish(): Promise<void> {
    for (let n = 0; n < notifications; n += 1) {
      const body = { type: 'incident', id: `audit-${Date.now()}-${n}`, payload: { humanFriendlyId: `A-${n}` } };
      await this.stage.api.post('/v1/notifications', body);
    }
  }

  /** Waits until nothing has been appended for a while; answers the head. */
  private async settled(): Promise<number> {
    let before = -1;
    return eventually('the log is quiet', 120_000, async () => {
      const head = await this.log.head();
      const quiet = head === before;
      before = head;
      if (quiet) return head;
      await pause(3_000);
      return null;
    });
  }
}

/** A payload that lay in the tenant's queue, as what services publish over JetStream does; resolves once the intake has taken it. */
async function overQueue({ dev, api }: Stage, secret: string): Promise<void> {
  const type = `shred-queue-${Date.now()}`;
  const client = await NatsText.open(dev.natsUrl);
  await client
    .request(notificationSubject(dev.tenant, type), JSON.stringify({ secret: `${secret}-queue` }))
    .finally(() => client.close());
  await eventually('it is taken from the queue', 30_000, async () =>
    (await api.all<object>(`/v1/notifications?type=${type}`)).length === 1 ? true : null,
  );
}
