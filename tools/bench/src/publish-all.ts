import { connect, createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { notificationSubject } from '@waybill/contracts/subjects';
import type { DevContent } from '@waybill/dev-stack/dev-file';
import { notificationOfBytes } from './payload.js';

/** Publishes that wait for JetStream's answer at any time; when a quarter of them is answered as many follow. */
const outstandingMax = 256;
const room = outstandingMax / 4;
/** No answer for so long while some are due: the broker is away. */
const silentMsMax = 20_000;

/**
 * Publishes notifications of about 1 KB over JetStream, and rejects unless each is acknowledged. All answers come to one inbox, as with the
 * asynchronous publish that other clients have: this client's own makes a request, a timer and a promise for each message, which cost a
 * twentieth of all that is measured.
 */
export async function publishAll(dev: DevContent, type: string, count: number): Promise<void> {
  const { host, username, password } = new URL(dev.natsUrl);
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  const nc = await connect({ servers: host, user, pass, noAsyncTraces: true });
  try {
    await new Publisher(nc, notificationSubject(dev.tenant, type), count).run();
  } finally {
    await nc.close();
  }
}

class Publisher {
  private sent = 0;
  private acknowledged = 0;
  private heardMs = performance.now();
  private readonly inbox = createInbox();

  constructor(
    private readonly nc: NatsConnection,
    private readonly subject: string,
    private readonly count: number,
  ) {}

  async run(): Promise<void> {
    let watch: NodeJS.Timeout | undefined;
    const all = new Promise<void>((resolve, reject) => {
      watch = setInterval(() => {
        if (performance.now() - this.heardMs > silentMsMax)
          reject(new Error(`only ${this.acknowledged} of ${this.count} acknowledged, and no answer any more`));
      }, 1_000);
      this.nc.subscribe(this.inbox, {
        callback: (error, message) => {
          const fault = error ?? faultOf(message);
          if (fault !== null) return reject(fault);
          this.acknowledged += 1;
          this.heardMs = performance.now();
          if (this.acknowledged === this.count) return resolve();
          if (this.sent - this.acknowledged <= outstandingMax - room) this.publish();
        },
      });
      this.publish();
    });
    await all.finally(() => clearInterval(watch));
  }

  private publish(): void {
    while (this.sent < this.count && this.sent - this.acknowledged < outstandingMax) {
      this.sent += 1;
      this.nc.publish(this.subject, notificationOfBytes(this.sent, 1_024), { reply: this.inbox });
    }
  }
}

function faultOf(message: Msg): Error | null {
  if (message.data.length === 0) return new Error(`JetStream did not take it: ${message.headers?.code ?? 'no answer'}`);
  const { error } = message.json<{ error?: { description: string } }>();
  return error === undefined ? null : new Error(`JetStream did not take it: ${error.description}`);
}
