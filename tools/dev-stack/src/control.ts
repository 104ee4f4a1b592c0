import { createServer, type IncomingMessage, type Server } from 'node:http';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackPart } from './services.js';
import type { Stack } from './stack.js';

/** What `npm run service` asks of a running stack. */
export interface ControlRequest {
  readonly act: 'start' | 'stop';
  readonly service: StackPart;
  readonly copy: number;
}

const bodyBytesMax = 4096;
const file = (dataDir: string): string => join(dataDir, 'control.json');

/** Listens on a free loopback port for `npm run service`; who may read the data folder's control file may ask. */
export async function openControl(dataDir: string, token: string, stack: Stack): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    const answer = (status: number, text: string): void =>
      void response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
    if (request.headers.authorization !== `Bearer ${token}`) return answer(401, 'not the token of this stack');
    void bodyOf(request)
      .then((text) => act(stack, JSON.parse(text) as ControlRequest))
      .then((said) => answer(200, said))
      .catch((error: unknown) => answer(409, error instanceof Error ? error.message : String(error)));
  });
  const port = await listening(server);
  writeFileSync(file(dataDir), JSON.stringify({ url: `http://127.0.0.1:${port}/`, token }), { mode: 0o600 });
  return async () => {
    rmSync(file(dataDir), { force: true });
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
}

async function act(stack: Stack, { act: wish, service, copy }: ControlRequest): Promise<string> {
  if (service === 'nats') {
    const pid = await stack.turnNats(wish === 'start');
    return pid === 0 ? 'stopped' : `started, pid ${pid}`;
  }
  if (wish === 'start') return `started, pid ${await stack.startService(service, copy)}`;
  const { code, signal } = await stack.stopService(service, copy);
  return `stopped (${signal ?? `exit ${code ?? '?'}`})`;
}

/** Asks the stack that runs on this data folder; throws with what it said, or that none runs. */
export async function askStack(dataDir: string, request: ControlRequest): Promise<string> {
  let control: { url: string; token: string };
  try {
    control = JSON.parse(readFileSync(file(dataDir), 'utf8')) as { url: string; token: string };
  } catch {
    throw new Error(`no stack runs on ${dataDir}; start one with npm start`);
  }
  const response = await fetch(control.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${control.token}` },
    body: JSON.stringify(request),
  }).catch(() => {
    throw new Error(`no stack runs on ${dataDir}; start one with npm start`);
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > bodyBytesMax) throw new Error('the request is too long');
  }
  return text;
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
