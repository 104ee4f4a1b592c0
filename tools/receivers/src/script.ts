import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isObject } from './call.js';

export const faults = [
  'reset',
  'reset-after-headers',
  'close',
  'hang',
  'slow-loris',
  'huge-body',
  'gzip-bomb',
  'header-flood',
  'raw',
] as const;
export type Fault = (typeof faults)[number];

/** One answer of a script. With neither status nor fault the room answers as always, after the delay. */
export interface ScriptedAnswer {
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** Bytes instead of text; wins over `body`. */
  readonly bodyBase64?: string | undefined;
  readonly delayMs?: number | undefined;
  /** How often it is played; default 1. */
  readonly times?: number | undefined;
  readonly fault?: Fault | undefined;
  /** `huge-body`: how many bytes; default 10 GB. `gzip-bomb`: size after unpacking. `header-flood`: number of headers. */
  readonly size?: number | undefined;
  /** `raw`: leave the socket open after the bytes. */
  readonly keepOpen?: boolean | undefined;
  /** Mail only: where in the dialogue it is said. */
  readonly stage?: MailStage | undefined;
}

export const mailStages = ['connect', 'ehlo', 'auth', 'mail', 'rcpt', 'data', 'dot'] as const;
export type MailStage = (typeof mailStages)[number];

/** Scripts by target and name; a script without a name is for every name of the target. */
export class Scripts {
  readonly #queues = new Map<string, { answer: ScriptedAnswer; left: number }[]>();

  /** The hot path asks this first. */
  get empty(): boolean {
    return this.#queues.size === 0;
  }

  /** Appends; a second script of the same name plays after the first. */
  add(target: string, name: string | null, answers: readonly ScriptedAnswer[]): void {
    const key = keyOf(target, name);
    const queue = this.#queues.get(key) ?? [];
    for (const answer of answers) queue.push({ answer, left: answer.times ?? 1 });
    if (queue.length > 0) this.#queues.set(key, queue);
  }

  /** The next answer, counted as played. With a mail stage: only if the next one is for that stage. */
  take(target: string, name: string, stage?: MailStage): ScriptedAnswer | null {
    return this.#takeFrom(keyOf(target, name), stage) ?? this.#takeFrom(keyOf(target, null), stage);
  }

  clear(): void {
    this.#queues.clear();
  }

  shown(): readonly Record<string, unknown>[] {
    return [...this.#queues].map(([key, queue]) => ({
      target: key.slice(0, key.indexOf('/')),
      name: key.endsWith('/*') ? null : key.slice(key.indexOf('/') + 2),
      left: queue.map(({ answer, left }) => ({ ...answer, times: left })),
    }));
  }

  #takeFrom(key: string, stage: MailStage | undefined): ScriptedAnswer | null {
    const queue = this.#queues.get(key);
    const next = queue?.[0];
    if (queue === undefined || next === undefined) return null;
    if (stage !== undefined && (next.answer.stage ?? 'dot') !== stage) return null;
    next.left -= 1;
    if (next.left <= 0) queue.shift();
    if (queue.length === 0) this.#queues.delete(key);
    return next.answer;
  }
}

function keyOf(target: string, name: string | null): string {
  return name === null ? `${target}/*` : `${target}/=${name}`;
}

/** Refuses (with what is wrong, for people) a script that could not be played as meant. */
export function readScript(
  body: unknown,
): { readonly target: string; readonly name: string | null; readonly answers: readonly ScriptedAnswer[] } | string {
  if (!isObject(body) || typeof body['target'] !== 'string' || !Array.isArray(body['answers']))
    return 'a script is {"target","name","answers":[…]}';
  const name = body['name'] ?? null;
  if (name !== null && typeof name !== 'string') return 'name must be a string';
  for (const [index, answer] of body['answers'].entries()) {
    const fault = faultOf(answer);
    if (fault !== null) return `answers[${index}]: ${fault}`;
  }
  return { target: body['target'], name, answers: body['answers'] as ScriptedAnswer[] };
}

function faultOf(answer: unknown): string | null {
  if (!isObject(answer)) return 'must be an object';
  const known = ['status', 'headers', 'body', 'bodyBase64', 'delayMs', 'times', 'fault', 'size', 'keepOpen', 'stage'];
  for (const key of Object.keys(answer)) if (!known.includes(key)) return `unknown member ${key}`;
  const { status, fault, stage, headers } = answer;
  if (status !== undefined && !(Number.isInteger(status) && Number(status) >= 100 && Number(status) <= 999))
    return 'status must be 100 to 999';
  if (fault !== undefined && !faults.includes(fault as Fault)) return `fault must be one of ${faults.join(', ')}`;
  if (stage !== undefined && !mailStages.includes(stage as MailStage))
    return `stage must be one of ${mailStages.join(', ')}`;
  for (const key of ['delayMs', 'times', 'size'])
    if (answer[key] !== undefined && !(Number(answer[key]) >= 0)) return `${key} must be a number from 0`;
  for (const key of ['body', 'bodyBase64'])
    if (answer[key] !== undefined && typeof answer[key] !== 'string') return `${key} must be a string`;
  if (
    headers !== undefined &&
    !(isObject(headers) && Object.values(headers).every((value) => typeof value === 'string'))
  )
    return 'headers must be an object of strings';
  return headers === undefined ? null : headerFaultOf(headers as Record<string, string>);
}

/** What Node would not send: found when it is scripted, because found when it is played it would end the receivers. */
function headerFaultOf(headers: Readonly<Record<string, string>>): string | null {
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return null;
  } catch (error) {
    return `${(error as Error).message}; the fault raw sends any bytes`;
  }
}
