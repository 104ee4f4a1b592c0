import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { ScriptedAnswer } from './script.js';

/** IN-33: more than any memory; the sender has to let go. */
const hugeBytes = 10_000_000_000;
/** IN-34: unpacked size; zeros pack about 1000 to 1. */
const bombBytes = 100 * 1024 * 1024;
/** IN-38. */
const floodHeaders = 20_000;
/** IN-35: one byte a second. */
const dripMs = 1_000;

/** Plays a fault on an answer that nothing has been written to. Returns the status the sender can have seen, or null. */
export function playFault(response: ServerResponse, scripted: ScriptedAnswer): number | null {
  const socket = response.socket;
  if (socket === null) return null;
  const status = scripted.status ?? 200;
  const headers = { ...(scripted.headers ?? {}) };
  switch (scripted.fault) {
    case 'reset':
      socket.resetAndDestroy();
      return null;
    case 'reset-after-headers':
      response.writeHead(status, { ...headers, 'content-length': '1000' });
      response.write('{"half":');
      // The bytes must be out before the reset, or the sender sees only the reset.
      setTimeout(() => socket.resetAndDestroy(), 20);
      return status;
    case 'close':
      socket.end();
      return null;
    case 'hang':
      return null;
    case 'slow-loris':
      drip(response, status, headers, scripted.delayMs ?? dripMs);
      return status;
    case 'huge-body':
      response.writeHead(status, { 'content-type': 'text/plain', ...headers });
      pour(response, scripted.size ?? hugeBytes);
      return status;
    case 'gzip-bomb':
      response.writeHead(status, { 'content-type': 'text/plain', 'content-encoding': 'gzip', ...headers });
      response.end(bombOf(scripted.size ?? bombBytes));
      return status;
    case 'header-flood':
      flood(response, status, scripted.size ?? floodHeaders);
      return status;
    case 'raw':
    default:
      socket.write(bytesOf(scripted));
      if (scripted.keepOpen !== true) socket.end();
      return null;
  }
}

/** The last bomb: packing one takes half a second, in which nobody else would be answered. */
let packed: { readonly size: number; readonly bytes: Buffer } | null = null;

function bombOf(size: number): Buffer {
  if (packed?.size !== size) packed = { size, bytes: gzipSync(Buffer.alloc(size)) };
  return packed.bytes;
}

export function bytesOf(scripted: ScriptedAnswer): Buffer {
  return scripted.bodyBase64 !== undefined
    ? Buffer.from(scripted.bodyBase64, 'base64')
    : Buffer.from(scripted.body ?? '', 'utf8');
}

function drip(response: ServerResponse, status: number, headers: Record<string, string>, everyMs: number): void {
  response.writeHead(status, { 'content-type': 'text/plain', ...headers });
  response.write('.');
  const timer = setInterval(() => response.write('.'), everyMs);
  response.on('close', () => clearInterval(timer));
}

function pour(response: ServerResponse, bytes: number): void {
  const block = Buffer.alloc(64 * 1024, 'x');
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      const part = left >= block.length ? block : block.subarray(0, left);
      left -= part.length;
      if (!response.write(part)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}

function flood(response: ServerResponse, status: number, count: number): void {
  const lines = [`HTTP/1.1 ${status} OK`];
  for (let i = 0; i < count; i += 1) lines.push(`x-flood-${i}: ${i}`);
  response.socket?.write(`${lines.join('\r\n')}\r\ncontent-length: 0\r\n\r\n`);
}
