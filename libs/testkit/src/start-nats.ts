import { join } from 'node:path';
import type { NatsUser } from '@waybill/dev-stack/nats-config';
import { startNatsServer } from '@waybill/dev-stack/nats-server';
import { testFolder, testKeeper } from './test-keeper.js';

export interface TestNats {
  /** Without credentials where `users` were not given; else the first user's. */
  readonly url: string;
  readonly port: number;
  urlOf(user: string): string;
  /** Gone with everything it stored. Also happens by itself when this process ends. */
  stop(): Promise<void>;
  /** Same port, same store. */
  restart(): Promise<void>;
  /** As after the loss of its disk: same port, empty store. */
  wipe(): Promise<void>;
  /** Killed without a word, and not started again until `restart`. */
  kill(): Promise<void>;
}

/** A real nats-server with JetStream for one spec file (it takes 0.1 s). Stop it in `afterAll`. */
export async function startNats(
  options: {
    users?: readonly NatsUser[];
    issuer?: string;
    syncInterval?: string;
    tls?: { certPem: string; keyPem: string };
  } = {},
): Promise<TestNats> {
  const folder = testFolder('nats');
  const server = await startNatsServer({
    keeper: testKeeper(),
    dataDir: folder,
    users: options.users,
    issuer: options.issuer,
    syncInterval: options.syncInterval,
    tls: options.tls,
    logFile: join(folder, 'nats.log'),
    removeAfter: [folder],
  });
  return {
    url: server.url(options.users?.[0]?.user),
    port: server.port,
    urlOf: (user) => server.url(user),
    stop: () => server.stop('SIGKILL'),
    restart: () => server.restart(),
    wipe: () => server.wipe(),
    kill: () => server.stop('SIGKILL'),
  };
}
