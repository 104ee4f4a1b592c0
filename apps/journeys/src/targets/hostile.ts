import { readFileSync } from 'node:fs';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import type { ReceiversClient } from '@waybill/receivers/client';
import type { Stage } from '../stage.js';
import { hold, type Promised } from '../story.js';
import { withDesk } from './acceptance-documented.js';
import { attemptsOf, type Desk, isEnded, type Lane } from './desk.js';

type Script = Parameters<ReceiversClient['script']>[2][number];

const broken = 'HTTP/1.1 500 X\r\nContent-Length: 0\r\n';
const chunked = 'HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n';
/** Nobody can say whether it was an answer. */
const lost = /^unknown:(protocol_error|reset|timeout)$/;
/** Taken as the 500 that it says, or as no answer: what it may never be is a success, or the end of the process. */
const whatever = /^(refused:server_error|unknown:(protocol_error|reset|timeout))$/;

/** What a hostile target may answer, and what an attempt must come to. */
const answers: readonly (readonly [what: string, script: Script, attempts: RegExp])[] = [
  ['10 GB', { fault: 'huge-body', status: 500 }, /^refused:server_error$/],
  ['slow drip', { fault: 'slow-loris', delayMs: 50, status: 500 }, /^(unknown:timeout|refused:server_error)$/],
  ['reset', { fault: 'reset' }, /^unknown:reset$/],
  ['reset in the answer', { fault: 'reset-after-headers', status: 500 }, /^(unknown:reset|refused:server_error)$/],
  ['gzip bomb', { fault: 'gzip-bomb', status: 500 }, /^refused:server_error$/],
  ['NUL', { status: 500, body: 'a\u0000b' }, /^refused:server_error$/],
  ['invalid UTF-8', { status: 500, bodyBase64: '/4CA6A==' }, /^refused:server_error$/],
  [
    'HTML',
    { status: 502, headers: { 'content-type': 'text/html' }, body: '<html><script>alert(1)</script></html>' },
    /^refused:server_error$/,
  ],
  [
    'two Content-Lengths',
    { fault: 'raw', body: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx' },
    /^unknown:(protocol_error|reset)$/,
  ],
  ['20,000 headers', { fault: 'header-flood' }, /^unknown:(protocol_error|reset)$/],
  ['no HTTP', { fault: 'raw', body: 'SSH-2.0-OpenSSH_9.9\r\n' }, /^unknown:(protocol_error|reset)$/],
  [
    'a flood of 1xx',
    { fault: 'raw', body: `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(2_000)}${broken}\r\n` },
    whatever,
  ],
  ['a header without end', { fault: 'raw', body: `HTTP/1.1 500 X\r\nX-A: ${'a'.repeat(200_000)}` }, lost],
  ['a wrong chunk size', { fault: 'raw', body: `${chunked}\r\nZZ\r\nabc\r\n0\r\n\r\n` }, whatever],
  [
    'a chunk extension of 200 KB',
    { fault: 'raw', body: `${chunked}\r\n1;x=${'a'.repeat(200_000)}\r\nb\r\n0\r\n\r\n` },
    whatever,
  ],
  ['a trailer', { fault: 'raw', body: `${chunked}\r\n1\r\nb\r\n0\r\nX-Trailer: c\r\n\r\n` }, whatever],
  ['chunks and a length', { fault: 'raw', body: `${chunked}Content-Length: 1\r\n\r\n1\r\nb\r\n0\r\n\r\n` }, whatever],
  ['HTTP/0.9', { fault: 'raw', body: '<html>hello</html>' }, lost],
  ['a NUL in a header', { fault: 'raw', body: 'HTTP/1.1 200 OK\r\nX-A: a\u0000b\r\nContent-Length: 0\r\n\r\n' }, lost],
  ['TLS where none was asked for', { fault: 'raw', body: '\u0015\u0003\u0001\u0000\u0002\u0002(' }, lost],
  ['silence', { fault: 'hang' }, /^unknown:timeout$/],
];

/** contract.md section 4: the first 16 KiB of an answer are kept. */
const keptBytesMax = 16 * 1024;
/** Issue 3: memory grows by less than this an attempt. */
const growthBytesMax = 1024 * 1024;
const longRounds = 5;
const shortRounds = 2;
const limits = { timeoutMs: 2_000, retryDelaysSeconds: [], maxConcurrent: 5 };

export function hostile(stage: Stage): readonly Promised[] {
  return [
    {
      says: 'a hostile answer is capped, classified and stored so that it can be shown, and memory stays flat',
      holds: () => withDesk(stage, allAnswers),
    },
  ];
}

async function allAnswers(desk: Desk): Promise<string> {
  const lanes = await Promise.all(
    answers.map(async () => {
      const name = desk.word('hostile');
      return {
        name,
        lane: await desk.lane(
          { target: 'webhook', config: { url: `${desk.receiversUrl}/webhook/${name}` }, limits },
          'hostile',
        ),
      };
    }),
  );
  const rounds = desk.stage.long ? longRounds : shortRounds;
  await packBomb(desk);
  const play = async (count: number, done: number): Promise<void> => {
    await Promise.all(
      lanes.map(({ name }, at) =>
        desk.stage.receivers.script('webhook', name, [{ ...answers[at]?.[1], times: count }]),
      ),
    );
    for (let i = 0; i < count; i += 1) await Promise.all(lanes.map(({ lane }) => desk.send(lane, {})));
    await Promise.all(lanes.map(({ lane }) => desk.until(lane.connectorId, done + count, isEnded, 40_000)));
  };
  // The first time of everything loads code and opens pools, which is no growth an attempt.
  await play(1, 0);
  const before = residentBytes(desk.stage);
  await play(rounds, 1);
  const growth = (residentBytes(desk.stage) - before) / (rounds * answers.length);
  hold(growth < growthBytesMax, `memory grew by ${kib(growth)} an attempt`);
  const said = await Promise.all(lanes.map(({ lane }, at) => judge(desk, lane, at)));
  return `${said.join('; ')}\n          delivery: ${kib(before)} resident, ${kib(growth)} more an attempt over ${rounds * answers.length} attempts`;
}

/** The receiver packs its bomb at the first use and answers nobody meanwhile. */
async function packBomb(desk: Desk): Promise<void> {
  const name = desk.word('bomb');
  await desk.stage.receivers.script('webhook', name, [{ fault: 'gzip-bomb' }]);
  const response = await fetch(`${desk.receiversUrl}/webhook/${name}`, { method: 'POST' });
  await response.body?.cancel();
}

async function judge(desk: Desk, lane: Lane, at: number): Promise<string> {
  const [what = '', , wanted = /$^/] = answers[at] ?? [];
  const deliveries = await desk.deliveries(lane.connectorId);
  for (const delivery of deliveries) hold(wanted.test(attemptsOf(delivery)), `${what}: ${attemptsOf(delivery)}`);
  const { attempts = [] } = deliveries[0] as Delivery;
  const response = (attempts[0]?.response ?? null) as { body: string; bodyTruncated: boolean } | null;
  const error = attempts[0]?.error ?? null;
  const bytes = Buffer.byteLength(response?.body ?? '');
  // A byte that is no UTF-8 is shown as U+FFFD, which has three.
  hold(bytes <= keptBytesMax * 3, `${what}: ${bytes} bytes of the answer are kept`);
  hold(response !== null || error !== null, `${what}: neither an answer nor an error is shown`);
  const shown = response === null ? (error?.code ?? '') : `${bytes} B kept${response.bodyTruncated ? ', cut' : ''}`;
  return `${what}: ${attemptsOf(deliveries[0] as Delivery)} (${shown})`;
}

/** `VmRSS` of the delivery process, from Linux. */
function residentBytes(stage: Stage): number {
  const status = readFileSync(`/proc/${stage.dev.pids['delivery']}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

const kib = (bytes: number): string => `${Math.round(bytes / 1024)} KiB`;
