import { headers as newHeaders, type NatsConnection } from '@nats-io/transport-node';
import { type Problem, retryAfterSecondsUsual, type RpcReply } from '@waybill/contracts/problem';
import { isAway } from './connect.js';

/** The other service said no (its own problem), or did not say anything (`service_unavailable`, `service_timeout`). */
export class AskFailed extends Error {
  override readonly name = 'AskFailed';
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail ?? problem.title}`);
  }
}

/** Long enough for a group commit under load, short enough for a person who waits. */
export const askTimeoutMs = 5_000;

/**
 * Asks another service and answers what stands under `ok`.
 * Throws `AskFailed` with the service's problem, `service_unavailable` when nobody listens or the broker is away, `service_timeout` when nobody answers in time:
 * after a timeout the call may still have had its effect.
 */
export async function ask<T>(
  nc: NatsConnection,
  subject: string,
  body: unknown,
  options: { timeoutMs?: number; headers?: Record<string, string> } = {},
): Promise<T> {
  return askText<T>(nc, subject, JSON.stringify(body ?? {}), options);
}

/** As `ask`, for a body that is JSON text already and whose spelling must be kept. */
export async function askText<T>(
  nc: NatsConnection,
  subject: string,
  text: string,
  options: { timeoutMs?: number; headers?: Record<string, string> } = {},
): Promise<T> {
  const headers = newHeaders();
  for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value);
  const reply = await request(nc, subject, text, options.timeoutMs ?? askTimeoutMs, headers);
  if ('problem' in reply) throw new AskFailed(reply.problem);
  return reply.ok as T;
}

async function request(
  nc: NatsConnection,
  subject: string,
  text: string,
  timeoutMs: number,
  headers: ReturnType<typeof newHeaders>,
): Promise<RpcReply<unknown>> {
  if (isAway(nc)) throw new AskFailed(unavailable(subject));
  try {
    const message = await nc.request(subject, text, { timeout: timeoutMs, headers });
    return message.json<RpcReply<unknown>>();
  } catch (error) {
    const away =
      error instanceof Error &&
      [error, error.cause].some((one) => one instanceof Error && /no responders/i.test(one.message));
    throw new AskFailed(away ? unavailable(subject) : timedOut(subject, error));
  }
}

function unavailable(subject: string): Problem {
  return problem('service_unavailable', 503, 'Service unavailable', `Nobody answers on ${subject}.`);
}

function timedOut(subject: string, error: unknown): Problem {
  const words = error instanceof Error ? error.message : String(error);
  return problem('service_timeout', 504, 'Service did not answer', `No answer on ${subject} (${words}).`);
}

function problem(code: string, status: number, title: string, detail: string): Problem {
  return {
    type: `https://waybill.dev/problems/${code}`,
    title,
    status,
    detail,
    code,
    retryAfterSeconds: retryAfterSecondsUsual,
  };
}
