import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { everyNotificationSubject, notificationStream, notificationSubjects } from '@waybill/contracts/subjects';
import type { Log } from '@waybill/service-kit/logger';

export interface StreamLimits {
  readonly replicas: number;
  readonly bytesMax: number;
}

/** NATS forgets nothing on its own, but its folder can be lost: publishers of a lost stream wait this long at most. */
export const lookEveryMs = 3_000;
/** Each look finds lost streams; one in so many also compares how every stream is set up. */
const compareEveryLooks = 20;
/** The least that the server takes. Identity is ours (contract.md section 3); NATS's own would drop repeats without a trace. */
const duplicateWindowMs = 100;
/** 256 KiB of payload, twice over for a CloudEvents envelope and escapes. */
export const messageBytesMax = 512 * 1024;

/** How a tenant's stream must be: a full one refuses (discard new), nothing ages out, and what was recorded is taken out by its one consumer. */
export function streamConfigOf(tenant: string, limits: StreamLimits): Pick<StreamConfig, Asked> {
  return {
    name: notificationStream(tenant),
    subjects: [notificationSubjects(tenant)],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_age: 0,
    max_msgs: -1,
    max_bytes: limits.bytesMax,
    max_msg_size: messageBytesMax,
    duplicate_window: duplicateWindowMs * 1e6,
    num_replicas: limits.replicas,
    deny_delete: true,
    deny_purge: true,
  };
}

type Asked =
  | 'name'
  | 'subjects'
  | 'retention'
  | 'storage'
  | 'discard'
  | 'max_age'
  | 'max_msgs'
  | 'max_bytes'
  | 'max_msg_size'
  | 'duplicate_window'
  | 'num_replicas'
  | 'deny_delete'
  | 'deny_purge';

/** Keeps one stream a tenant, as it must be: makes lost ones again, sets changed ones right, and says on `/readyz` when it cannot. */
export class NotificationStreams {
  private readonly faults = new Map<string, string>();
  private looks = 0;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly nats: NatsConnection,
    private readonly limits: StreamLimits,
    private readonly log: Log,
  ) {}

  /** Looks now, every few seconds and whenever NATS comes back. Answers when the first look is over, well or not. */
  async start(tenants: () => Promise<string[]>): Promise<void> {
    void this.watch(tenants);
    await this.look(tenants);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  /** What is wrong, for `/readyz`; null when every stream is as it must be. */
  fault(): string | null {
    return this.faults.size === 0 ? null : [...this.faults].map(([what, fault]) => `${what}: ${fault}`).join('; ');
  }

  /** Makes or mends one tenant's stream. A failure is told by `fault` and tried again by the next look: the tenant exists without it. */
  async ensure(tenant: string): Promise<void> {
    await this.telling(tenant, async () => {
      const jsm = await jetstreamManager(this.nats, { checkAPI: false });
      const asked = streamConfigOf(tenant, this.limits);
      const found = await jsm.streams.info(asked.name).then(({ config }) => config, unlessLost);
      if (found !== null && differences(asked, found).length === 0) return;
      const { config } = found === null ? await jsm.streams.add(asked) : await jsm.streams.update(asked.name, asked);
      this.log.info({ tenant, stream: asked.name }, found === null ? 'stream.created' : 'stream.mended');
      // The server may take a request and keep something else; then publishers would be promised what does not hold.
      const differs = differences(asked, config);
      if (differs.length > 0) throw new Error(`the server keeps another ${differs.join(', ')}`);
    });
  }

  private async look(tenants: () => Promise<string[]>): Promise<void> {
    this.looking = this.telling('jetstream', async () => {
      const there = this.looks % compareEveryLooks === 0 ? new Set<string>() : await this.existing();
      this.looks += 1;
      for (const tenant of await tenants()) {
        if (!there.has(notificationStream(tenant)) || this.faults.has(tenant)) await this.ensure(tenant);
      }
    });
    await this.looking;
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => void this.look(tenants), lookEveryMs);
  }

  private async existing(): Promise<Set<string>> {
    const jsm = await jetstreamManager(this.nats, { checkAPI: false });
    const names = new Set<string>();
    for await (const name of jsm.streams.names(everyNotificationSubject)) names.add(name);
    return names;
  }

  private async watch(tenants: () => Promise<string[]>): Promise<void> {
    for await (const { type } of this.nats.status()) {
      if (type !== 'reconnect' || this.stopped) continue;
      this.looks = 0;
      await this.looking;
      await this.look(tenants);
    }
  }

  private async telling(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.faults.delete(what);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      if (this.faults.get(what) !== words) this.log.error({ err: error, what }, 'stream.not-ensured');
      this.faults.set(what, words);
    }
  }
}

function unlessLost(error: unknown): null {
  if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return null;
  throw error;
}

function differences(asked: Pick<StreamConfig, Asked>, found: StreamConfig): string[] {
  return (Object.keys(asked) as Asked[]).filter(
    (member) => JSON.stringify(asked[member]) !== JSON.stringify(found[member]),
  );
}
