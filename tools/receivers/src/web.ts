import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { textAnswer, type Answer } from './answer.js';
import { Call } from './call.js';
import type { Ledger } from './ledger.js';
import { bytesOf, playFault } from './fault.js';
import type { Room } from './room.js';
import type { ScriptedAnswer, Scripts } from './script.js';

/** Above ServiceNow's 10 MiB rule, which must still be reached. */
export const bodyMax = 16 * 1024 * 1024;

export interface Desk {
  readonly rooms: readonly Room[];
  readonly ledger: Ledger;
  readonly scripts: Scripts;
  /** Answers `/_…`; such requests are not recorded. */
  control(call: Call): Answer;
  now(): number;
}

/** The whole HTTP side: reads a body once, asks the script, then the room, records, answers. */
export function receiverOf(desk: Desk): RequestListener {
  const rooms = new Map(desk.rooms.map((room) => [room.prefix, room]));
  return (request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bodyMax) chunks.push(chunk);
    });
    request.on('error', () => response.destroy());
    request.on('end', () => {
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      const call = callOf(request, body, desk.now());
      if (bytes > bodyMax) send(response, textAnswer(413, `more than ${bodyMax} bytes`));
      else if (call.url.startsWith('/_')) send(response, desk.control(call));
      else receive(desk, rooms.get(prefixOf(call.url)), call, response);
    });
  };
}

function callOf(request: IncomingMessage, body: Buffer, atMs: number): Call {
  const secure = (request.socket as TLSSocket).encrypted === true;
  return new Call(atMs, request.method ?? 'GET', request.url ?? '/', request.rawHeaders, body, secure);
}

function prefixOf(url: string): string {
  const end = url.indexOf('/', 1);
  return end < 0 ? '' : url.slice(1, end);
}

function receive(desk: Desk, room: Room | undefined, call: Call, response: ServerResponse): void {
  if (room === undefined) {
    const answer = textAnswer(404, 'no such receiver');
    record(desk, null, call, 'unknown', answer.status, 'no such receiver');
    send(response, answer);
    return;
  }
  const name = room.nameOf(call);
  const scripted = desk.scripts.empty ? null : desk.scripts.take(room.target, name);
  if (scripted === null) {
    reply(desk, room, call, name, response, 0);
  } else if (scripted.status !== undefined || scripted.fault !== undefined) {
    play(desk, room, call, name, scripted, response);
  } else {
    reply(desk, room, call, name, response, scripted.delayMs ?? 0);
  }
}

/** Judged before the delay: a target whose answer comes too late has done what it was asked all the same. */
function reply(desk: Desk, room: Room, call: Call, name: string, response: ServerResponse, delayMs: number): void {
  const answer = room.answer(call);
  record(desk, room, call, name, answer.status, verdictOf(call, answer));
  const say = (): void => {
    if (!response.destroyed) send(response, answer);
  };
  if (delayMs === 0) say();
  else setTimeout(say, delayMs);
}

/** Recorded before the delay, so that a test sees a request that is left waiting. */
function play(
  desk: Desk,
  room: Room,
  call: Call,
  name: string,
  scripted: ScriptedAnswer,
  response: ServerResponse,
): void {
  const status = scripted.fault === undefined ? (scripted.status ?? 200) : faultStatus(scripted);
  room.scripted(call, status);
  const verdict = scripted.fault === undefined ? `scripted ${status}` : `scripted fault ${scripted.fault}`;
  record(desk, room, call, name, status, verdict);
  const act = (): void => {
    if (response.destroyed) return;
    if (scripted.fault !== undefined) playFault(response, scripted);
    else send(response, { status: scripted.status ?? 200, headers: scripted.headers ?? {}, body: bytesOf(scripted) });
  };
  // The delay of a slow-loris is the time between its bytes.
  const delayMs = scripted.fault === 'slow-loris' ? 0 : (scripted.delayMs ?? 0);
  if (delayMs > 0) setTimeout(act, delayMs);
  else act();
}

/** Which status the sender can have read; none where no head is sent. */
function faultStatus(scripted: ScriptedAnswer): number | null {
  const headless = ['reset', 'close', 'hang', 'raw'];
  return scripted.fault !== undefined && headless.includes(scripted.fault) ? null : (scripted.status ?? 200);
}

function verdictOf(call: Call, answer: Answer): string {
  const accepted = answer.status >= 200 && answer.status < 300;
  const word = accepted ? 'accepted' : `refused by ${call.rule ?? 'nobody'}`;
  return call.flags.length === 0 ? word : `${word}; ${call.flags.join('; ')}`;
}

function record(desk: Desk, room: Room | null, call: Call, name: string, status: number | null, verdict: string): void {
  desk.ledger.add(
    {
      atMs: call.atMs,
      target: room?.target ?? 'unknown',
      name,
      method: call.method,
      path: call.url,
      rawHeaders: call.rawHeaders,
      body: call.body,
      status,
      rule: call.rule,
      verdict,
      flags: call.flags,
    },
    room?.idOf(call) ?? null,
  );
}

function send(response: ServerResponse, answer: Answer): void {
  const body = answer.body ?? '';
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  // 204 and 304 have no body by definition; a length there would be a protocol error of ours.
  const bodiless = answer.status === 204 || answer.status === 304 || answer.status < 200;
  response.writeHead(answer.status, bodiless ? answer.headers : { 'content-length': length, ...answer.headers });
  response.end(bodiless ? undefined : body);
}
