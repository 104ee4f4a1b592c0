import type { Delivery } from '@waybill/contracts/http/deliveries';
import type { Stage } from '../stage.js';
import { hold, type Promised, type Story } from '../story.js';
import { attemptsOf, Desk, inParallel, isEnded, type Lane, toldOf } from './desk.js';
import { pagerduty, slack, teams, unawaited } from './messaging-rooms.js';
import { type Answer, answers, type Cell, type Play, type Room } from './rooms.js';
import { countRules, exerciseRows } from './rows.js';
import { jira, jsm, servicenow, ticketingOptions } from './ticketing-rooms.js';
import { email, webhook } from './universal-rooms.js';

const allRooms: readonly Room[] = [jira, jsm, servicenow, teams, slack, pagerduty, webhook, email];
const allTypes = ['incident', 'observation', 'scheduled-report', 'health'];
/** Of a run in its short form. */
const shortTypes = ['incident', 'observation'];

/** One cell after the run: what the receiver said, and what is wrong with it, if anything. */
interface Outcome {
  readonly room: Room;
  readonly cell: Cell;
  readonly verdict: string;
  readonly fault: string | null;
}

const createsAtOnce = 6;
const firstAttemptWaitMs = 15_000;
/** PagerDuty is given its half minute. */
const endWaitMs = 50_000;

export const targetTable: Story = {
  name: 'targets',
  about:
    'Every target gets every built-in type over NATS and answers in every way; the receiver says what it made of it.',
  tell: (stage) => {
    let outcomes: readonly Outcome[] = [];
    let before: Awaited<ReturnType<typeof countRules>> = new Map();
    const promises: Promised[] = [
      {
        says: 'every target × type × answer ends as it must, by both records',
        holds: async () => {
          before = await countRules(stage.receivers);
          outcomes = await playAll(stage);
          const faults = outcomes.filter(({ fault }) => fault !== null);
          const table = drawn(outcomes);
          hold(
            faults.length === 0,
            `${faults.length} cells are wrong\n${indent}${table}\n${faults.map(faultLine).join('\n')}`,
          );
          const made = outcomes.filter(({ verdict }) => verdict !== impossibleMark).length;
          return `${made} cells green, ${outcomes.length - made} cannot exist\n${indent}${table}`;
        },
      },
      {
        says: 'every row of the rules that targets are known to have is exercised',
        holds: async () => exerciseRows(stage, before),
      },
    ];
    return promises;
  },
};

const impossibleMark = '—';
/** The runner prints figures below their promise. */
const indent = ' '.repeat(10);

/** The short form has two types, and does not wait the half minute that PagerDuty asks for. */
function sceneOf(long: boolean): { readonly rooms: readonly Room[]; readonly types: readonly string[] } {
  if (long) return { rooms: allRooms, types: allTypes };
  const plays = { ...pagerduty.plays, 'rate limited': unawaited };
  return { rooms: allRooms.map((room) => (room === pagerduty ? { ...room, plays } : room)), types: shortTypes };
}

async function playAll(stage: Stage): Promise<readonly Outcome[]> {
  const desk = await Desk.open(stage);
  try {
    await stage.receivers.reset();
    const run = Date.now().toString(36);
    const { rooms, types } = sceneOf(stage.long);
    const cells = new Map(rooms.map((room, at) => [room.target, cellsOf(types, at, run)]));
    for (const [target, option, value] of ticketingOptions((target) => cells.get(target) ?? [])) {
      await stage.receivers.option(target, option, value);
    }
    const samples = new Map(await inParallel(types, 2, async (type) => [type, await desk.sample(type)] as const));
    const found = await Promise.all(rooms.map((room) => playRoom(desk, room, cells.get(room.target) ?? [], samples)));
    return found.flat();
  } finally {
    await desk.close();
    await stage.receivers.reset();
  }
}

function cellsOf(types: readonly string[], roomAt: number, run: string): readonly Cell[] {
  return types.flatMap((type, typeAt) =>
    answers.map((answer, answerAt) => {
      const index = typeAt * answers.length + answerAt;
      return { type, answer, index, mark: `c${run}${'abcdefgh'[roomAt]}${String(index).padStart(2, '0')}` };
    }),
  );
}

/** One way of answering after the other, because steering a receiver holds for all that it gets meanwhile; the types at once. */
async function playRoom(
  desk: Desk,
  room: Room,
  cells: readonly Cell[],
  samples: ReadonlyMap<string, unknown>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const answer of answers) {
    const these = cells.filter((cell) => cell.answer === answer);
    const play = room.plays[answer];
    if ('because' in play)
      outcomes.push(...these.map((cell) => ({ room, cell, verdict: impossibleMark, fault: null })));
    else outcomes.push(...(await playAnswer(desk, room, play, these, samples)));
  }
  return outcomes;
}

async function playAnswer(
  desk: Desk,
  room: Room,
  play: Play,
  cells: readonly Cell[],
  samples: ReadonlyMap<string, unknown>,
): Promise<Outcome[]> {
  const { receivers } = desk.stage;
  const given = play.given ?? room.good;
  const lanes = await inParallel(cells, createsAtOnce, async (cell) =>
    desk.lane(given(desk.receiversUrl, cell), cell.type),
  );
  await play.before?.(receivers, cells);
  await Promise.all(lanes.map((lane) => desk.send(lane, samples.get(lane.type))));
  if (play.after !== undefined || play.status === 'retrying') {
    await Promise.all(lanes.map((lane) => desk.one(lane, hasTried, firstAttemptWaitMs).catch(() => undefined)));
    await play.after?.(receivers, cells);
  }
  return Promise.all(cells.map((cell, at) => judge(desk, room, play, cell, lanes[at] as Lane)));
}

const hasTried = ({ attempts = [] }: Delivery): boolean => (attempts[0]?.outcome ?? null) !== null;

async function judge(desk: Desk, room: Room, play: Play, cell: Cell, lane: Lane): Promise<Outcome> {
  try {
    const delivery = await desk.one(lane, play.status === 'retrying' ? hasTried : isEnded, endWaitMs);
    const items = await desk.received(room.receiver, room.isMine(cell));
    const verdicts = [
      ...repliesOf(delivery, true),
      ...items.map(({ verdict }) => verdict),
      ...repliesOf(delivery, false),
    ];
    const once = room.once === undefined ? 1 : items.filter(({ rule }) => rule === room.once).length;
    const fault = [
      play.attempts.test(attemptsOf(delivery)) && delivery.status === play.status ? null : toldOf(delivery),
      play.verdicts.test(verdicts.join(',')) ? null : `verdicts: ${verdicts.join(',') || 'nothing arrived'}`,
      play.status !== 'delivered' || once === 1 ? null : `${room.once} applied ${once} times`,
      dueFault(delivery, play),
    ].filter((one) => one !== null);
    if (play.status === 'retrying')
      await desk.stage.api.post(`/v1/deliveries/${delivery.id}/cancel`, { reason: 'seen' });
    return { room, cell, verdict: shortened(verdicts), fault: fault.length === 0 ? null : fault.join('; ') };
  } catch (error) {
    return { room, cell, verdict: '?', fault: String(error) };
  }
}

/** Of a mail: replies to recipients that were refused, which stand in no mail that arrived. A later try is told after them. */
function repliesOf({ attempts = [] }: Delivery, laterTry: boolean): string[] {
  const isRetried = attempts.length > 1;
  if (isRetried !== laterTry) return [];
  return attempts.flatMap(({ response }) => {
    const recipients =
      (response as { recipients?: readonly { code: number | null; text: string }[] } | null)?.recipients ?? [];
    return recipients
      .filter(({ code }) => code !== null && code >= 400)
      .map(({ text }) => /\d{3} \d\.\d\.\d/.exec(text)?.[0] ?? text);
  });
}

function dueFault({ nextAttemptAt, attempts = [] }: Delivery, { dueInSeconds }: Play): string | null {
  if (dueInSeconds === undefined) return null;
  const waits = (Date.parse(nextAttemptAt ?? '') - Date.parse(attempts[0]?.finishedAt ?? '')) / 1_000;
  // The plan's jitter never shortens what the target asked for.
  return waits >= dueInSeconds - 1 && waits <= dueInSeconds * 1.25
    ? null
    : `the next attempt is due after ${waits} s, not ${dueInSeconds} s`;
}

function shortened(verdicts: readonly string[]): string {
  const runs: [string, number][] = [];
  for (const verdict of verdicts) {
    const last = runs.at(-1);
    const short = verdict.replace('refused by ', '✗ ').replace(/; duplicate for \S+/, ', repeated');
    if (last?.[0] === short) last[1] += 1;
    else runs.push([short, 1]);
  }
  return runs.map(([text, times]) => (times === 1 ? text : `${text} ×${times}`)).join(', ');
}

function faultLine({ room, cell, fault }: Outcome): string {
  return `  ${room.target} ${cell.type} ${cell.answer}: ${fault}`;
}

function drawn(outcomes: readonly Outcome[]): string {
  const text = (room: Room, type: string, answer: Answer): string => {
    const outcome = outcomes.find((one) => one.room === room && one.cell.type === type && one.cell.answer === answer);
    return outcome === undefined ? '' : `${outcome.fault === null ? '' : '✘ '}${outcome.verdict}`;
  };
  const rooms = [...new Set(outcomes.map(({ room }) => room))];
  const types = [...new Set(outcomes.map(({ cell }) => cell.type))];
  const rows = rooms.flatMap((room) =>
    types.map((type) => [room.target, type, ...answers.map((answer) => text(room, type, answer))]),
  );
  const head = ['target', 'type', ...answers];
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const impossible = rooms.flatMap((room) =>
    answers.flatMap((answer) =>
      'because' in room.plays[answer]
        ? [`${impossibleMark} ${room.target} ${answer}: ${room.plays[answer].because}`]
        : [],
    ),
  );
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line), ...impossible].join(
    `\n${indent}`,
  );
}
