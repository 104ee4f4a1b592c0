import type { NatsConnection } from '@nats-io/transport-node';
import { ask } from '@waybill/bus/ask';
import { noTenant, rpcSubject, type ServiceName } from '@waybill/contracts/subjects';
import { actorHeader } from '@waybill/service-kit/rpc';

/** What a log says of itself when it is asked. Nothing of it is believed. */
export interface LogSource {
  /** The leaves after a position without a gap, and the head as it was before they were read. */
  leaves(after: number, limit: number): Promise<{ epoch: number; head: number; rootHash: string; leaves: Buffer }>;
  /** The leaves of the rows as they are stored now, hashed again; up to the first that is missing. */
  recomputed(after: number, limit: number): Promise<Buffer>;
  /** Asks the log to keep a checkpoint of another one; answers the position of the event that says so. */
  witness(checkpoint: string): Promise<number>;
}

const askOptions = { timeoutMs: 10_000, headers: { [actorHeader]: 'service:notary' } };

/** Asks the service that keeps a log. */
export function rpcSource(nc: NatsConnection, log: string): LogSource {
  const service = log.slice(0, log.lastIndexOf('-')) as ServiceName;
  const call = <T>(name: string, input: object): Promise<T> =>
    ask<T>(nc, rpcSubject(service, noTenant, name), input, askOptions);
  return {
    leaves: async (after, limit) => {
      const page = await call<{ epoch: number; head: number; rootHash: string; leaves: string }>('log.leaves', {
        after,
        limit,
      });
      return { ...page, leaves: Buffer.from(page.leaves, 'base64') };
    },
    recomputed: async (after, limit) => {
      if (limit === 0) return Buffer.alloc(0);
      const { leaves } = await call<{ leaves: string }>('log.recomputed', { after, limit });
      return Buffer.from(leaves, 'base64');
    },
    witness: async (checkpoint) => (await call<{ position: number }>('log.witness', { checkpoint })).position,
  };
}
