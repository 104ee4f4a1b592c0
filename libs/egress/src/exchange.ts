import type { Dispatcher } from 'undici';
import { tlsReason } from './dial.js';
import { EgressFault, tlsFault } from './fault.js';
import { headersCountMax } from './headers.js';

export interface TimingsMs {
  /** 0 where a kept connection was used. */
  readonly dns: number;
  readonly connect: number;
  readonly tls: number;
  /** From the request's first byte out to the answer's head. */
  readonly firstByte: number;
  readonly total: number;
}

/** What opening a connection took, and through which allow entry; handed to the request that waited for it. */
export interface Opening {
  readonly dnsMs: number;
  readonly connectMs: number;
  readonly tlsMs: number;
}

/** Who asks: it is told as well when there was no connection for it. */
export interface Asker extends Dispatcher.DispatchHandler {
  onResponseError(controller: Dispatcher.DispatchController | null, error: Error): void;
}

/** A pool of judged connections to one origin. */
export interface JudgedPool {
  dispatch(options: Dispatcher.DispatchOptions, asker: Asker): void;
  /** Set while undici hands a fresh connection to the request that waited for it. */
  opening: Opening | null;
  /** The allow entry its connections go through; null for public addresses. */
  readonly entry: string | null;
}

export interface Exchanged {
  /** False: no byte of the request can have left. */
  readonly sent: boolean;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** There was more than `bodyReadBytesMax`. */
  readonly isCut: boolean;
  readonly fault: EgressFault | null;
  readonly timingsMs: TimingsMs;
}

/** An answer is read up to here and the connection then destroyed (IN-33). */
export const bodyReadBytesMax = 64 * 1024;
/** The beginning of an answer that is kept (contract.md, delivery record). */
export const bodyKeptBytesMax = 16 * 1024;
export const headBytesMax = 16 * 1024;
/** Interim answers (1xx) before the real one. */
export const interimAnswersMax = 8;
/** Silence inside a body. */
export const bodyIdleTimeoutMs = 5000;

const empty = Buffer.alloc(0);

/**
 * One request, one answer, one deadline over everything: name, connection, handshake, head and body. Never rejects.
 * A connection whose answer ended badly is destroyed, not kept.
 */
export function exchange(
  judged: JudgedPool,
  options: Dispatcher.DispatchOptions,
  timeoutMs: number,
): Promise<Exchanged> {
  return new Promise((done) => {
    const conversation = new Conversation(judged, timeoutMs, done);
    judged.dispatch(options, conversation);
  });
}

class Conversation implements Asker {
  private readonly begun = performance.now();
  private readonly deadline: NodeJS.Timeout;
  private controller: Dispatcher.DispatchController | null = null;
  private opening: Opening | null = null;
  private startedAt = 0;
  private headAt = 0;
  private isOver = false;
  private interim = 0;
  private status = 0;
  private headers: Record<string, string> = {};
  private readonly chunks: Buffer[] = [];
  private bytes = 0;

  constructor(
    private readonly judged: JudgedPool,
    timeoutMs: number,
    private readonly done: (exchanged: Exchanged) => void,
  ) {
    this.deadline = setTimeout(() => {
      const phase = this.startedAt === 0 ? 'the connection' : this.headAt === 0 ? 'the answer' : 'the whole answer';
      this.stop(new EgressFault('timeout', `Waited ${timeoutMs} ms for ${phase}.`, 'later'));
    }, timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // The deadline passed while the request stood in the queue; nothing of it may leave any more.
    if (this.isOver) {
      controller.abort(new EgressFault('timeout', 'Given up before it was sent.', 'later'));
      return;
    }
    this.controller = controller;
    this.opening = this.judged.opening;
    this.judged.opening = null;
    this.startedAt = performance.now();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) {
      this.interim += 1;
      if (this.interim > interimAnswersMax) this.stop(protocolFault('too many interim answers'));
      return;
    }
    this.headAt = performance.now();
    this.status = status;
    const raw = controller.rawHeaders;
    if (Array.isArray(raw) && raw.length / 2 > headersCountMax) {
      this.stop(protocolFault(`more than ${headersCountMax} headers`));
      return;
    }
    for (const name of Object.keys(headers)) {
      const value = headers[name];
      if (value !== undefined && name !== '__proto__')
        this.headers[name] = typeof value === 'string' ? value : value.join(', ');
    }
    // A body after 204 would be read as the next answer (IN-37).
    if (status === 204 && Number(this.headers['content-length'] ?? 0) > 0) this.stop(protocolFault('a body after 204'));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isOver) return;
    this.bytes += chunk.length;
    if (this.bytes <= bodyReadBytesMax) {
      this.chunks.push(chunk);
      return;
    }
    this.chunks.push(chunk.subarray(0, chunk.length - (this.bytes - bodyReadBytesMax)));
    this.finish(null);
    this.controller?.abort(new Error('read enough'));
  }

  onResponseEnd(): void {
    this.finish(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.finish(this.isOver ? null : faultOf(error, this.startedAt !== 0));
  }

  private stop(fault: EgressFault): void {
    this.finish(fault);
    this.controller?.abort(fault);
  }

  private finish(fault: EgressFault | null): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.deadline);
    const now = performance.now();
    this.done({
      sent: this.startedAt !== 0,
      status: this.status,
      headers: this.headers,
      body:
        this.chunks.length === 1
          ? (this.chunks[0] ?? empty)
          : this.chunks.length === 0
            ? empty
            : Buffer.concat(this.chunks),
      isCut: this.bytes > bodyReadBytesMax,
      fault,
      timingsMs: {
        dns: round(this.opening?.dnsMs ?? 0),
        connect: round(this.opening?.connectMs ?? 0),
        tls: round(this.opening?.tlsMs ?? 0),
        firstByte: this.headAt === 0 ? 0 : round(this.headAt - this.startedAt),
        total: round(now - this.begun),
      },
    });
  }
}

const round = (ms: number): number => Math.round(ms * 100) / 100;

const protocolFault = (what: string): EgressFault =>
  new EgressFault('protocol_error', `The answer breaks HTTP: ${what}.`, 'later');

/** undici's words become ours. Its messages carry addresses, so none of them is passed on. */
function faultOf(error: Error, isStarted: boolean): EgressFault {
  if (error instanceof EgressFault) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'UND_ERR_BODY_TIMEOUT') {
    return new EgressFault('timeout', `The answer stood still for ${bodyIdleTimeoutMs} ms.`, 'later', { cause: error });
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return protocolFault(`a head of more than ${headBytesMax} bytes`);
  if (error.name === 'HTTPParserError') return protocolFault(/^HPE_[A-Z_]+$/.test(code) ? code : 'it cannot be read');
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return protocolFault('a body of another length than it says');
  if (code === 'UND_ERR_SOCKET' && /bad (response|upgrade)/.test(error.message)) return protocolFault(error.message);
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') {
    return new EgressFault('request_invalid', 'The request cannot be written as HTTP.', 'never', { cause: error });
  }
  // With TLS 1.3 a server says only after the handshake that it does not take our certificate.
  if (code.startsWith('ERR_SSL_')) return tlsFault(code, tlsReason(error), error);
  const message = isStarted ? 'The connection ended before the answer.' : 'The connection ended.';
  return new EgressFault('reset', message, 'later', { cause: error });
}
