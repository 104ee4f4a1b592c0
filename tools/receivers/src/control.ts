import { jsonAnswer, textAnswer, htmlAnswer, type Answer } from './answer.js';
import type { Call } from './call.js';
import { shownItem, type Filter, type Ledger } from './ledger.js';
import type { Room } from './room.js';
import type { ShownRule } from './rule.js';
import { readScript, type Scripts } from './script.js';
import { viewOf } from './view.js';

export interface Controlled {
  readonly rooms: readonly Steered[];
  readonly ledger: Ledger;
  readonly scripts: Scripts;
  readonly tls: Readonly<Record<string, string>>;
}

/** What a test can steer of a target; mail has this too, though it is not reached over HTTP. */
export type Steered = Pick<Room, 'target' | 'rules' | 'options' | 'state' | 'clearState'>;

/** `/_…`: what tests and people ask of the receivers. */
export function control(desk: Controlled, call: Call): Answer {
  const name = call.path;
  const { method } = call;
  if (name === '/_received') return method === 'DELETE' ? clearReceived(desk) : listReceived(desk, call);
  if (name === '/_received/count') return jsonAnswer(200, desk.ledger.counts(filterOf(call)));
  if (name === '/_received/ids') return listIds(desk, call);
  if (name === '/_script') return script(desk, call);
  if (name === '/_options') return options(desk, call);
  if (name === '/_rules') return rules(desk, call);
  if (name === '/_state') return state(desk, call);
  if (name === '/_reset' && method === 'POST') return reset(desk);
  if (name === '/_view') return htmlAnswer(200, viewOf(desk));
  if (name === '/_health') return jsonAnswer(200, { ok: true });
  if (name === '/_tls') return jsonAnswer(200, desk.tls);
  if (name === '/_ca.pem')
    return textAnswer(200, desk.tls['caPem'] ?? '', { 'content-type': 'application/x-pem-file' });
  return jsonAnswer(404, { error: `no ${method} ${name}` });
}

function filterOf(call: Call): Filter {
  const query = call.query;
  const limit = query.get('limit');
  return {
    target: targetOf(query.get('target')) ?? undefined,
    name: query.get('name') ?? undefined,
    since: query.get('since') ?? undefined,
    limit: limit === null ? undefined : Number(limit),
  };
}

function listReceived(desk: Controlled, call: Call): Answer {
  try {
    const { items, cursor } = desk.ledger.list(filterOf(call));
    return jsonAnswer(200, { items: items.map(shownItem), cursor });
  } catch (error) {
    if (error instanceof RangeError) return jsonAnswer(400, { error: error.message });
    throw error;
  }
}

function clearReceived(desk: Controlled): Answer {
  desk.ledger.clear();
  return { status: 204 };
}

function listIds(desk: Controlled, call: Call): Answer {
  const query = call.query;
  const items = desk.ledger.ids({
    ...filterOf(call),
    min: Number(query.get('min') ?? 1),
    offset: Number(query.get('offset') ?? 0),
  });
  return jsonAnswer(200, { items });
}

function script(desk: Controlled, call: Call): Answer {
  if (call.method === 'GET') return jsonAnswer(200, { items: desk.scripts.shown() });
  if (call.method === 'DELETE') {
    desk.scripts.clear();
    return { status: 204 };
  }
  const read = readScript('value' in call.json ? call.json.value : null);
  if (typeof read === 'string') return jsonAnswer(400, { error: read });
  const target = targetOf(read.target);
  if (!desk.rooms.some((room) => room.target === target)) return jsonAnswer(400, { error: unknownTarget(desk) });
  desk.scripts.add(target ?? '', read.name, read.answers);
  return jsonAnswer(200, { ok: true });
}

function options(desk: Controlled, call: Call): Answer {
  const shown = (): Answer =>
    jsonAnswer(200, { items: desk.rooms.map((room) => ({ target: room.target, options: room.options.shown() })) });
  if (call.method === 'GET') return shown();
  if (call.method === 'DELETE') {
    for (const room of desk.rooms) room.options.clear();
    return { status: 204 };
  }
  const body = call.fields;
  const room = desk.rooms.find((one) => one.target === targetOf(body['target']));
  if (room === undefined) return jsonAnswer(400, { error: unknownTarget(desk) });
  const name = typeof body['name'] === 'string' ? body['name'] : null;
  const fault = room.options.set(name, String(body['option']), body['value']);
  return fault === null ? jsonAnswer(200, { ok: true }) : jsonAnswer(400, { error: fault });
}

function rules(desk: Controlled, call: Call): Answer {
  const target = targetOf(call.query.get('target'));
  const items = desk.rooms.filter((room) => target === null || room.target === target).flatMap((room) => room.rules());
  return jsonAnswer(200, { ...tallyOf(items), items });
}

export function tallyOf(items: readonly ShownRule[]): { readonly rules: number; readonly exercised: number } {
  return { rules: items.length, exercised: items.filter((rule) => rule.exercised > 0).length };
}

function state(desk: Controlled, call: Call): Answer {
  const target = targetOf(call.query.get('target'));
  const rooms = desk.rooms.filter((room) => target === null || room.target === target);
  if (rooms.length === 0) return jsonAnswer(400, { error: unknownTarget(desk) });
  if (call.method === 'DELETE') {
    for (const room of rooms) room.clearState();
    return { status: 204 };
  }
  if (target !== null) return jsonAnswer(200, rooms[0]?.state() ?? {});
  return jsonAnswer(200, Object.fromEntries(rooms.map((room) => [room.target, room.state()])));
}

/** Everything but the counts of the rules, which a whole run of journeys adds up. */
function reset(desk: Controlled): Answer {
  desk.ledger.clear();
  desk.scripts.clear();
  for (const room of desk.rooms) {
    room.clearState();
    room.options.clear();
  }
  return { status: 204 };
}

/** The product's own id for JSM is long; its receiver is short like its path. */
function targetOf(given: unknown): string | null {
  if (typeof given !== 'string') return null;
  return given === 'jira-service-management' ? 'jsm' : given;
}

function unknownTarget(desk: Controlled): string {
  return `target must be one of ${desk.rooms.map((room) => room.target).join(', ')}`;
}
