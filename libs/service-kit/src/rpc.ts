import { Ctx, MessagePattern, type NatsContext, Payload } from '@nestjs/microservices';
import type { MsgHdrs } from '@nats-io/transport-node';
import { rpcPattern, type ServiceName, tenantOfRpcSubject } from '@waybill/contracts/subjects';
import type { ProblemError } from '@waybill/contracts/problem';
import { storable } from '@waybill/contracts/text/storable';
import type { z } from 'zod';
import { newId } from './ids.js';
import { Invalid, Unreadable } from './problems.js';
import type { RpcBody } from './rpc-transport.js';
import { refuseUnstorable } from './storable-input.js';

/** Who asks, by which request: from the subject and the headers, never from the body. */
export interface RpcCaller {
  /** From the subject; `_` for calls that belong to no tenant. */
  readonly tenant: string;
  /** `key:key_…`, `service:…`, or `anonymous` for a client of NATS that does not say. */
  readonly actor: string;
  /** What the caller named the request, or a new `req_…`. */
  readonly requestId: string;
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  readonly subject: string;
}

export interface RpcRequest<Input> extends RpcCaller {
  /** Checked against the schema of the call. */
  readonly input: Input;
  /** The body as it arrived, for whoever must keep its spelling. */
  readonly body: string;
}

/** Headers of a request between our services. */
export const actorHeader = 'Waybill-Actor';
export const requestIdHeader = 'Waybill-Request-Id';

type Handler<Input> = (request: RpcRequest<Input>) => Promise<unknown>;
type HandlerDecorator<Input> = <Method extends Handler<Input>>(
  target: object,
  key: string,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Makes a controller's method the answer to one call of a service: `@Rpc('registry', 'connectors.get', z.strictObject({ id: z.string() }))`.
 * What does not fit the schema is refused with one pointer a fault before the method runs; what it returns is what stands under `ok`.
 */
export function Rpc<Schema extends z.ZodType>(
  service: ServiceName,
  call: string,
  schema: Schema,
): HandlerDecorator<z.output<Schema>> {
  return RpcOn(rpcPattern(service, call), schema);
}

/** As `Rpc`, for a subject that is no service's own (`publishPattern`). */
export function RpcOn<Schema extends z.ZodType>(pattern: string, schema: Schema): HandlerDecorator<z.output<Schema>> {
  return decorated(pattern, (body) => checked(schema, body));
}

/** As `RpcOn`, but the body is left to the method, unparsed: for payloads whose spelling must survive. */
export function RpcOnText(pattern: string): HandlerDecorator<undefined> {
  return decorated(pattern, () => undefined);
}

function decorated<Input>(pattern: string, read: (body: string) => Input): HandlerDecorator<Input> {
  return (target, key, descriptor) => {
    const handler = descriptor.value as unknown as Handler<Input>;
    const answer = async function (this: unknown, body: RpcBody, context: NatsContext): Promise<unknown> {
      if ('unreadable' in body) throw new Unreadable(body.unreadable);
      const request = { ...callerOf(context), input: read(body.text), body: body.text };
      // `undefined` has no JSON; a call without an answer answers null.
      return (await handler.call(this, request)) ?? null;
    };
    descriptor.value = answer as unknown as typeof descriptor.value;
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    MessagePattern(pattern)(target, key, descriptor);
  };
}

const callers = new WeakMap<NatsContext, RpcCaller>();

/** The caller of a request; the same object, and so the same request id, whoever asks during one request. */
export function callerOf(context: NatsContext): RpcCaller {
  const known = callers.get(context);
  if (known !== undefined) return known;
  const headers = context.getHeaders() as MsgHdrs | undefined;
  const header = (name: string): string | undefined => headers?.get(name) || undefined;
  const subject = context.getSubject();
  const caller: RpcCaller = {
    tenant: tenantOfRpcSubject(subject) ?? '_',
    actor: short(header(actorHeader)) ?? 'anonymous',
    requestId: short(header(requestIdHeader)) ?? newId('req'),
    traceparent: header('traceparent'),
    tracestate: header('tracestate'),
    subject,
  };
  callers.set(context, caller);
  return caller;
}

/** What stands in every event and log line must stay short. */
const headerCharactersMax = 128;

const short = (text: string | undefined): string | undefined => text && storable(text.slice(0, headerCharactersMax));

/** Parses the body and checks it; throws `Unreadable` for what is no JSON and `Invalid` with a pointer for every fault. */
export function checked<Schema extends z.ZodType>(schema: Schema, body: string): z.output<Schema> {
  const value = body.trim() === '' ? {} : parsed(body);
  refuseUnstorable(body, value);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Invalid(result.error.issues.flatMap(faultsOf));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new Unreadable(`The body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Says a zod issue as contract.md says faults: an RFC 6901 pointer, a code, a sentence. */
export function faultsOf(issue: z.core.$ZodIssue): ProblemError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, key]),
      code: 'unknown_field',
      message: `There is no field ${key} here.`,
    }));
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const code = missing ? 'required' : issue.code === 'custom' ? 'invalid' : issue.code;
  return [{ pointer: pointerOf(issue.path), code, message: missing ? 'This field is required.' : issue.message }];
}

/** Writes a path as an RFC 6901 JSON pointer. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
