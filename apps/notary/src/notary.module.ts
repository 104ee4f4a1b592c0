import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import type { Kit } from '@waybill/service-kit/start-service';
import { type Config, watchedLogs } from './config.js';
import { NotaryRpc } from './in/notary.rpc.js';
import { Anchors } from './anchor/anchors.js';
import { bucketAnchor } from './anchor/bucket-anchor.js';
import { folderAnchor } from './anchor/folder-anchor.js';
import { timeStampAuthority } from './anchor/time-stamp-authority.js';
import { openSigningKey } from './memory/signing-key.js';
import { logsToken, vkeysToken } from './tokens.js';
import { type LogSource, rpcSource } from './watch/log-source.js';
import { WatchedLog } from './watch/watch-log.js';
import { type Watching, WatchLogs } from './watch/watch-logs.timer.js';

class NotaryModule {}

/** The table of contents of the notary: a key, a memory of every log, a loop that looks, and calls that answer out of the memory. */
export function notaryModule(
  config: Config,
  kit: Kit,
  sourceOf: (log: string) => LogSource = (log) => rpcSource(kit.nats, log),
): DynamicModule {
  const folder = config.WAYBILL_NOTARY_DIR;
  const deployment = config.WAYBILL_DEPLOYMENT;
  const { signer, vkey, vkeys } = openSigningKey(folder, deployment);
  kit.log.info({ vkey }, 'notary.key');
  const init = config.WAYBILL_NOTARY_INIT || process.argv.includes('--init');
  const logs = watchedLogs.map((log) => {
    const source = sourceOf(log);
    const watched = new WatchedLog({
      log,
      folder,
      deployment,
      signer,
      vkeys,
      source,
      init,
      now: () => new Date(),
      onAlarm: (alarm) => kit.log.fatal({ ...alarm }, 'notary.alarm'),
    });
    kit.ops.check(
      log,
      () => watched.alarm && `${watched.alarm.reason} (position ${watched.alarm.position ?? 'unknown'})`,
    );
    return { name: log, watched, source };
  });
  const times = {
    signMs: config.WAYBILL_NOTARY_SIGN_MS,
    heartbeatMs: config.WAYBILL_NOTARY_HEARTBEAT_MS,
    auditMs: config.WAYBILL_NOTARY_AUDIT_MS,
  };
  const anchors = openAnchors(config, kit);
  const watch = new WatchLogs(logs, times, anchors, kit.log);
  kit.onDrain('watch', () => watch.end());
  tellNumbers(kit, logs);
  watch.start();
  return {
    module: NotaryModule,
    controllers: [NotaryRpc],
    providers: [
      { provide: logsToken, useValue: new Map(logs.map(({ name, watched }) => [name, watched])) },
      { provide: WatchLogs, useValue: watch },
      { provide: vkeysToken, useValue: vkeys },
      { provide: Anchors, useValue: anchors },
    ],
  };
}

/** A folder always; a bucket and time stamps where they are configured. */
function openAnchors(config: Config, kit: Kit): Anchors {
  const places = [folderAnchor(config.WAYBILL_NOTARY_ANCHOR_DIR ?? join(config.WAYBILL_NOTARY_DIR, 'anchor'))];
  const { WAYBILL_NOTARY_S3_URL: url, WAYBILL_NOTARY_TSA_URL: authority } = config;
  if (url !== undefined)
    places.push(
      bucketAnchor({
        url,
        region: config.WAYBILL_NOTARY_S3_REGION,
        accessKeyId: config.WAYBILL_NOTARY_S3_ACCESS_KEY_ID ?? '',
        secretAccessKey: config.WAYBILL_NOTARY_S3_SECRET_ACCESS_KEY ?? '',
        lock: config.WAYBILL_NOTARY_S3_LOCK,
        lockDays: config.WAYBILL_NOTARY_S3_LOCK_DAYS,
        now: () => new Date(),
      }),
    );
  const stamps =
    authority === undefined ? null : timeStampAuthority({ url: authority, roots: config.WAYBILL_NOTARY_TSA_CA ?? '' });
  const anchors = new Anchors(places, stamps, kit.log);
  for (const name of anchors.names) kit.ops.check(`anchor ${name}`, () => anchors.fault(name));
  return anchors;
}

function tellNumbers(kit: Kit, logs: readonly Watching[]): void {
  const eachLog = (read: (watched: WatchedLog) => number) => () =>
    new Map(logs.map(({ name, watched }) => [name, read(watched)]));
  const { ops } = kit;
  ops.gauge(
    'waybill_notary_signed_positions',
    'Size of the newest checkpoint',
    eachLog(({ newest }) => newest?.size ?? 0),
    'log',
  );
  ops.gauge(
    'waybill_notary_checkpoint_age_seconds',
    'Since the newest checkpoint was signed; an idle log is not signed again',
    eachLog(({ newest }) => (newest === null ? 0 : (Date.now() - Date.parse(newest.at)) / 1_000)),
    'log',
  );
  ops.gauge(
    'waybill_notary_alarm',
    'Whether the log is not what was signed',
    eachLog(({ alarm }) => (alarm === null ? 0 : 1)),
    'log',
  );
}
