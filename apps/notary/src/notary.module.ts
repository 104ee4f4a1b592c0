import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import type { Kit } from '@waybill/service-kit/start-service';
import { type Config, watchedLogs } from './config.js';
import { NotaryRpc } from './in/notary.rpc.js';
import { folderAnchor } from './memory/anchor.js';
import { openSigningKey } from './memory/signing-key.js';
import { logsToken, vkeyToken } from './tokens.js';
import { type LogSource, rpcSource } from './watch/log-source.js';
import { WatchedLog } from './watch/watch-log.js';
import { WatchLogs } from './watch/watch-logs.timer.js';

class NotaryModule {}

/** The table of contents of the notary: a key, a memory of every log, a loop that looks, and calls that answer out of the memory. */
export function notaryModule(
  config: Config,
  kit: Kit,
  sourceOf: (log: string) => LogSource = (log) => rpcSource(kit.nats, log),
): DynamicModule {
  const folder = config.WAYBILL_NOTARY_DIR;
  const deployment = config.WAYBILL_DEPLOYMENT;
  const { signer, vkey } = openSigningKey(folder, deployment);
  kit.log.info({ vkey }, 'notary.key');
  const init = config.WAYBILL_NOTARY_INIT || process.argv.includes('--init');
  const logs = watchedLogs.map((log) => {
    const source = sourceOf(log);
    const watched = new WatchedLog({
      log,
      folder,
      deployment,
      signer,
      vkey,
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
  const watch = new WatchLogs(
    logs,
    times,
    folderAnchor(config.WAYBILL_NOTARY_ANCHOR_DIR ?? join(folder, 'anchor')),
    kit.log,
  );
  kit.onDrain('watch', () => watch.end());
  watch.start();
  return {
    module: NotaryModule,
    controllers: [NotaryRpc],
    providers: [
      { provide: logsToken, useValue: new Map(logs.map(({ name, watched }) => [name, watched])) },
      { provide: WatchLogs, useValue: watch },
      { provide: vkeyToken, useValue: vkey },
    ],
  };
}
