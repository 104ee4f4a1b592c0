import type { Stage } from '../stage.js';
import { eventually, hold, pause, type Promised, same, type Story } from '../story.js';
import { Auditor, sizeIn } from './auditor.js';
import { StoredLog } from './stored-log.js';

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
      {
        says: 'the owner of the log cannot change it, nor a session that plays replica',
        holds: () => scene.ownerIsRefused(),
      },
      ...attacks.map((attack) => scene.attacked(attack)),
      { says: 'a dropped partition is found from its first position on', holds: () => scene.partitionDropped() },
      {
        says: "yesterday's backup, restored, raises an alarm at the first position that is gone, and the service serves read-only",
        holds: () => scene.yesterdayRestored(),
      },
    ];
  },
};

interface Attack {
  readonly says: string;
  /** Changes the log; answers the first position that is no longer what was signed. */
  change(log: StoredLog, middle: number, head: number): Promise<number>;
  /** True where the notary sees it without being asked, within seconds. */
  readonly alarms: boolean;
}

const attacks: readonly Attack[] = [
  { says: 'one byte of an event is changed', change: (log, at) => edit(log, 'data', at), alarms: false },
  { says: 'one byte of who did it is changed', change: (log, at) => edit(log, 'meta', at), alarms: false },
  {
    says: 'the type of an event is changed',
    change: (log, at) => update(log, at, "type = type || 'X'"),
    alarms: false,
  },
  {
    says: 'the time of an event is set back by an hour',
    change: (log, at) => update(log, at, 'at_us = at_us - 3600000000'),
    alarms: false,
  },
  {
    says: 'the version of an event is changed',
    change: (log, at) => update(log, at, 'version = version + 1000'),
    alarms: false,
  },
  {
    says: 'an event is handed to another tenant',
    change: (log, at) => update(log, at, "tenant = 'other'"),
    alarms: false,
  },
  {
    says: 'an event in the middle is deleted',
    change: async (log, at) => {
      await log.query('DELETE FROM log_events WHERE position = $1', [at]);
      return at;
    },
    alarms: false,
  },
  {
    says: 'two events change places',
    change: async (log, at) => {
      await log.query(
        `WITH pair AS (DELETE FROM log_events WHERE position IN ($1, $2) RETURNING *)
         INSERT INTO log_events SELECT $1::bigint + $2::bigint - position, stream_key, stream, version, event_id, type, schema_version, tenant, at_us, meta, data, sealed, key_subject, leaf FROM pair ORDER BY position`,
        [at, at + 2],
      );
      return at;
    },
    alarms: false,
  },
  {
    says: 'the end is cut off, with a head that fits',
    change: async (log, at) => {
      await log.query('DELETE FROM log_events WHERE position >= $1', [at]);
      await log.hashHead();
      return at;
    },
    alarms: true,
  },
  {
    says: 'an event is put in and everything after it is renumbered, all hashed anew',
    change: async (log, at, head) => {
      await log.query(
        `WITH later AS (DELETE FROM log_events WHERE position >= $1 RETURNING *)
         INSERT INTO log_events SELECT position + 1, stream_key, stream, version, event_id, type, schema_version, tenant, at_us, meta, data, sealed, key_subject, leaf FROM later
         UNION ALL SELECT position, sha256('x'), 'delivery-x', 1, gen_random_uuid(), type, schema_version, tenant, at_us, meta, data, NULL, NULL, leaf FROM later WHERE position = $1 ORDER BY 1`,
        [at],
      );
      await log.hashRows(at, head + 1);
      await log.hashHead();
      return at;
    },
    alarms: true,
  },
  {
    says: 'an event is changed and every hash is made anew, without the key',
    change: async (log, at) => {
      await edit(log, 'data', at);
      await log.hashRows(at, at);
      await log.hashHead();
      return at;
    },
    alarms: true,
  },
];

async function edit(log: StoredLog, column: 'data' | 'meta', at: number): Promise<number> {
  const bytes = Buffer.from((await log.row(at))[column]);
  // Inside a text of the JSON, so that it stays JSON.
  const place = bytes.findIndex((byte, n) => n > 2 && byte >= 0x61 && byte <= 0x79);
  bytes[place] = (bytes[place] as number) + 1;
  await log.query(`UPDATE log_events SET ${column} = $2 WHERE position = $1`, [at, bytes]);
  return at;
}

async function update(log: StoredLog, at: number, assignment: string): Promise<number> {
  await log.query(`UPDATE log_events SET ${assignment} WHERE position = $1`, [at]);
  return at;
}

const notifications = 12;

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

  attacked({ says, change, alarms }: Attack): Promised {
    return {
      says: `${says}: both verifiers name the position${alarms ? ', the notary too' : ''}`,
      holds: async () => {
        const head = await this.settled();
        const middle = Math.floor(head / 2);
        await this.log.copyTo('intact');
        let position = 0;
        await this.log.unlocked(async () => {
          position = await change(this.log, middle, head);
        });
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

  async partitionDropped(): Promise<string> {
    const [partition = ''] = await this.log.partitions();
    const [bounds] = await this.log.query<{ text: string }>(
      'SELECT pg_get_expr(relpartbound, oid) AS text FROM pg_class WHERE oid = $1::regclass',
      [partition],
    );
    await this.log.query(`ALTER TABLE log_events DETACH PARTITION ${partition}`);
    try {
      const { verified, position, words } = await this.eyes.judge();
      same([verified, position], [false, 1], 'verdict and first bad position');
      return `position ${position}: ${words}`;
    } finally {
      await this.log.query(`ALTER TABLE log_events ATTACH PARTITION ${partition} ${bounds?.text ?? ''}`);
      await this.log.query(`ALTER TABLE ${partition} ENABLE ALWAYS TRIGGER log_events_no_change`);
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
