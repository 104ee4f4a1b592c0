import { type Deserializer, type IncomingRequest, type Serializer, ServerNats } from '@nestjs/microservices';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Problem } from '@waybill/contracts/problem';
import { problem } from './problems.js';

/** What a handler is given: the text of the body, or why it is none. */
export type RpcBody = { readonly text: string } | { readonly unreadable: string };

/**
 * The stock NATS transport of Nest on a connection that the process has already, with plain JSON in and
 * `{"ok":…}` or `{"problem":…}` out, so that any client of any language may ask; and with a stop that lets what was heard be answered.
 */
export class RpcTransport extends ServerNats {
  constructor(
    private readonly connection: NatsConnection,
    queue: string,
  ) {
    super({ queue, serializer: replySerializer, deserializer: requestDeserializer });
  }

  override createNatsClient(): Promise<NatsConnection> {
    return Promise.resolve(this.connection);
  }

  /** Hears nothing new, and hands over what has arrived already; the answers may still be under way when it resolves. */
  async stopHearing(): Promise<void> {
    // The stock close() unsubscribes, which drops the requests that wait in the client.
    const { subscriptions } = this as unknown as { subscriptions: Subscription[] };
    await Promise.all(subscriptions.map((subscription) => subscription.drain().catch(() => undefined)));
  }

  /** The subjects that are answered, for `$SRV.INFO`. */
  patterns(): string[] {
    return [...this.messageHandlers.keys()];
  }
}

/** Nest takes a message without `id` for an event and would not answer it; the id itself is not used, the reply subject is. */
const requestDeserializer: Deserializer<Msg, IncomingRequest> = {
  deserialize: (message, options) => ({ id: 'request', pattern: options?.['channel'], data: bodyOf(message.data) }),
};

function bodyOf(bytes: Uint8Array): RpcBody {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { unreadable: 'The body is not UTF-8.' };
  }
}

interface Reply {
  readonly response?: unknown;
  readonly err?: unknown;
}

const replySerializer: Serializer<Reply, { data: string }> = {
  serialize: (reply) => ({ data: textOf(reply) }),
};

function textOf({ response, err }: Reply): string {
  if (err === undefined || err === null) return JSON.stringify({ ok: response ?? null });
  // Only our filter makes errors that are problems; anything else is Nest's own word for "no handler".
  return JSON.stringify({ problem: isProblem(err) ? err : problem('internal') });
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'status' in value;
}
