import {
  type ArgumentsHost,
  type CallHandler,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { NatsContext } from '@nestjs/microservices';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { from, lastValueFrom, type Observable, throwError } from 'rxjs';
import type { Log } from './logger.js';
import { isExpected, Overloaded, problemOf } from './problems.js';
import { callerOf, type RpcCaller } from './rpc.js';
import type { RpcBody } from './rpc-transport.js';

export interface GateLimits {
  /** Requests that are worked on at once; the transport itself knows no bound. */
  readonly concurrentMax: number;
  /** Requests that may wait for a place; one more is answered `overloaded`. */
  readonly waitingMax: number;
  /** UTF-16 units of the bodies that may wait, about twice as many bytes: a few large ones weigh as much as thousands of others. */
  readonly waitingLengthMax: number;
}

/** A request costs a round trip to PostgreSQL; more at once than this only lengthens its queue. */
export const defaultGateLimits: GateLimits = {
  concurrentMax: 256,
  waitingMax: 4_096,
  // 8 KiB for each that may wait; a payload of 256 KiB, thirty times as much, is rare.
  waitingLengthMax: 32 * 1024 * 1024,
};

/** What one call has come to so far, for `$SRV.STATS`. */
export interface CallStats {
  requests: number;
  errors: number;
  lastError: string;
  processingNs: number;
}

/** Lets a bounded number of requests in, counts and times them, writes one wide event for each, and knows when all are answered. */
export class RpcGate implements NestInterceptor {
  readonly stats = new Map<string, CallStats>();
  private running = 0;
  private readonly waiting: { length: number; goOn: () => void }[] = [];
  private waitingLength = 0;
  private idle: (() => void)[] = [];
  private readonly seconds: Histogram;
  private readonly refusals: Counter;

  constructor(
    private readonly log: Log,
    metrics: Registry,
    private readonly limits: GateLimits = defaultGateLimits,
  ) {
    const registers = [metrics];
    const labelNames = ['call'];
    this.seconds = new Histogram({
      name: 'waybill_rpc_seconds',
      help: 'From hearing a request to its answer',
      labelNames,
      registers,
    });
    this.refusals = new Counter({
      name: 'waybill_rpc_problems_total',
      help: 'Requests answered with a problem',
      labelNames: ['call', 'code'],
      registers,
    });
    watch(metrics, 'waybill_rpc_running', 'Requests being worked on', () => this.running);
    watch(metrics, 'waybill_rpc_waiting', 'Requests waiting for a place', () => this.waiting.length);
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const caller = callerOf(context.switchToRpc().getContext<NatsContext>());
    const length = lengthOf(context.switchToRpc().getData<RpcBody>());
    return from(this.through(caller, length, () => lastValueFrom(next.handle(), { defaultValue: null })));
  }

  /** Resolves when no request is being worked on or waits. */
  async allAnswered(): Promise<void> {
    if (this.running > 0) await new Promise<void>((resolve) => void this.idle.push(resolve));
  }

  /** Runs one piece of work, whose body is so long, under the bounds; throws `Overloaded` when too many or too long ones wait. */
  async through<T>(caller: RpcCaller, length: number, work: () => Promise<T>): Promise<T> {
    const startedAt = process.hrtime.bigint();
    const call = callOf(caller.subject);
    let code = 'ok';
    try {
      await this.enter(length);
      try {
        return await work();
      } finally {
        this.leave();
      }
    } catch (error) {
      code = problemOf(error).code;
      throw error;
    } finally {
      this.account(caller, call, code, process.hrtime.bigint() - startedAt);
    }
  }

  private async enter(length: number): Promise<void> {
    if (this.running < this.limits.concurrentMax) {
      this.running += 1;
      return;
    }
    const { waitingMax, waitingLengthMax } = this.limits;
    if (this.waiting.length >= waitingMax || this.waitingLength + length > waitingLengthMax) throw new Overloaded();
    this.waitingLength += length;
    // The one who leaves hands its place over, so `running` stays as it is.
    await new Promise<void>((resolve) => void this.waiting.push({ length, goOn: resolve }));
  }

  private leave(): void {
    const next = this.waiting.shift();
    if (next !== undefined) {
      this.waitingLength -= next.length;
      return next.goOn();
    }
    this.running -= 1;
    if (this.running > 0) return;
    const idle = this.idle;
    this.idle = [];
    for (const resolve of idle) resolve();
  }

  private account(caller: RpcCaller, call: string, code: string, elapsedNs: bigint): void {
    this.seconds.observe({ call }, Number(elapsedNs) / 1e9);
    const stats = this.stats.get(call) ?? { requests: 0, errors: 0, lastError: '', processingNs: 0 };
    stats.requests += 1;
    stats.processingNs += Number(elapsedNs);
    this.stats.set(call, stats);
    const { tenant, actor, requestId, traceparent } = caller;
    const wide = { call, tenant, actor, requestId, traceparent, outcome: code, ms: Number(elapsedNs / 10_000n) / 100 };
    if (code === 'ok') return this.log.debug(wide, 'rpc.answered');
    stats.errors += 1;
    stats.lastError = code;
    this.refusals.inc({ call, code });
    this.log.info(wide, 'rpc.refused');
  }
}

const lengthOf = (body: RpcBody): number => ('text' in body ? body.text.length : 0);

function watch(metrics: Registry, name: string, help: string, read: () => number): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    registers: [metrics],
    collect: () => gauge.set(read()),
  });
}

/** The call in a subject: what follows the tenant (`connectors.create`). */
export function callOf(subject: string): string {
  return subject.split('.').slice(5).join('.');
}

/** Turns whatever a handler throws into the problem that is answered; a defect is logged with its stack under the request id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> {
    const { requestId, subject, tenant } = callerOf(host.switchToRpc().getContext<NatsContext>());
    if (!isExpected(error)) this.log.error({ err: error, requestId, subject, tenant }, 'rpc.defect');
    return throwError(() => problemOf(error, requestId));
  }
}
