import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NotDone, Usage, type World } from './world.js';

/** Longer than the gateway waits for anybody. */
const timeoutMs = 30_000;

export interface Target {
  readonly url: string;
  readonly key: string;
  /** Where the two came from, for people who wonder. */
  readonly from: string;
}

interface DevFile {
  readonly httpUrl: string;
  readonly adminKey: string;
  readonly notaryVkey: string;
  readonly opsUrls: Record<string, string>;
}

/** What `npm start` has written in the data folder (contract.md section 2); null when nothing runs there. */
export function devFile(world: World): DevFile | null {
  const file = join(resolve(world.environment['WAYBILL_DATA_DIR'] || '.waybill'), 'dev.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DevFile) : null;
}

/** WAYBILL_URL and WAYBILL_KEY; where one is missing, what a running dev stack has written. */
export function targetOf(world: World): Target {
  const { WAYBILL_URL, WAYBILL_KEY } = world.environment;
  const dev = WAYBILL_URL && WAYBILL_KEY ? null : devFile(world);
  const url = WAYBILL_URL || dev?.httpUrl;
  const key = WAYBILL_KEY || dev?.adminKey;
  if (!url || !key) throw new Usage('Set WAYBILL_URL and WAYBILL_KEY, or run this beside a running `npm start`.');
  return { url: url.replace(/\/$/, ''), key, from: dev === null ? 'the environment' : 'dev.json' };
}

interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly requestId?: string;
  readonly errors?: readonly { pointer: string; message: string }[];
}

/** The public API, used like every other program uses it. Throws `NotDone` with the server's own words. */
export class Server {
  private readonly target: Target;

  constructor(world: World) {
    this.target = targetOf(world);
  }

  async get<T>(path: string, query: Readonly<Record<string, unknown>> = {}): Promise<T> {
    return (await this.answer('GET', path + queryText(query))).json() as Promise<T>;
  }

  /** The body byte for byte, for what is signed. */
  async text(path: string, query: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return (await this.answer('GET', path + queryText(query))).text();
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return (
      await this.answer('POST', path, typeof body === 'string' ? body : JSON.stringify(body))
    ).json() as Promise<T>;
  }

  async delete(path: string, version: number): Promise<void> {
    await this.answer('DELETE', path, undefined, { 'If-Match': `"${version}"` });
  }

  /** The body as it comes; `timeoutMs` does not end a long one. */
  async stream(
    path: string,
    query: Readonly<Record<string, unknown>> = {},
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.answer(
      'GET',
      path + queryText(query),
      undefined,
      headers,
      signal ?? new AbortController().signal,
    );
    if (response.body === null) throw new NotDone('the answer is empty');
    return response.body;
  }

  private async answer(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    const { url, key } = this.target;
    let response: Response;
    try {
      response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
        signal: signal ?? AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      const why =
        error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);
      throw new NotDone(`${url} does not answer: ${why}`);
    }
    if (response.ok) return response;
    throw new NotDone(problemText(response.status, await response.text()));
  }
}

function problemText(status: number, text: string): string {
  try {
    const { code, title, detail, errors, requestId } = JSON.parse(text) as Problem;
    const places = (errors ?? []).map(({ pointer, message }) => `  ${pointer === '' ? '/' : pointer}: ${message}`);
    return [
      `${code ?? status}: ${detail ?? title ?? ''}`,
      ...places,
      ...(requestId === undefined ? [] : [`  (request ${requestId})`]),
    ].join('\n');
  } catch {
    return `the server answered ${status}: ${text.slice(0, 500)}`;
  }
}

function queryText(query: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}
