import { JsonNumber, type JsonPath, type JsonTree, lookup } from '@waybill/contracts/payload/json-tree';
import { type Escape, type EscapeRule, escapeFor } from './escape.js';
import { jsonEscape, typedText, valueText } from './value-text.js';
import { type CompiledTemplate, type Op, outputBytesMax, stepsMax, TemplateFailed, turnsMax } from './template.js';

export interface RunOptions {
  /** How values are escaped for the place where they land; default `none`. JSON strings are always escaped as such on top. */
  readonly escape?: EscapeRule;
  /** Facts about the notification itself. One of them counts before a member of the payload that has the same path; an open section before both. */
  readonly context?: JsonTree;
}

export interface Ran {
  readonly text: string;
  /** Paths that the payload does not have, each once, in order of use. A section's own path is a question, so it is not among them. */
  readonly missing: readonly string[];
}

/**
 * Runs a compiled template over one payload. Pure: the same input gives the same text.
 * Refuses (throws `TemplateFailed`, `template_limit`) what goes past a budget of `template.ts`; time is bounded by them, so no clock is needed.
 */
export function run(template: CompiledTemplate, payload: JsonTree, options: RunOptions = {}): Ran {
  const running = new Run(template.kind === 'json', payload, options);
  running.runAll(template.ops);
  return running.finish();
}

class Run {
  private out = '';
  private steps = 0;
  private turns = 0;
  private missing: Set<string> | null = null;
  /** The piece that was written last, for escapes that depend on it. */
  private before = '';
  /** Innermost last: the context (if any), the payload, then one for each open section. */
  private readonly frames: JsonTree[];
  private readonly context: JsonTree | undefined;
  private readonly payloadLevel: number;
  private readonly rule: EscapeRule;

  constructor(
    private readonly isJson: boolean,
    payload: JsonTree,
    options: RunOptions,
  ) {
    this.context = options.context;
    this.frames = options.context === undefined ? [payload] : [options.context, payload];
    this.payloadLevel = this.frames.length - 1;
    this.rule = options.escape ?? 'none';
  }

  /** Recursion is bounded by `sectionDepthMax`. */
  runAll(ops: readonly Op[]): void {
    for (const op of ops) {
      if (op.kind === 'literal') this.write(op.text);
      else if (op.kind === 'text') this.runText(op);
      else if (op.kind === 'typed') this.runTyped(op);
      else this.runSection(op);
      this.steps++;
      if (this.steps > stepsMax) limit(`The template took more than ${stepsMax} steps.`);
      if (this.out.length > outputBytesMax) this.limitOutput();
    }
  }

  finish(): Ran {
    if (this.out.length * 3 > outputBytesMax && new TextEncoder().encode(this.out).length > outputBytesMax)
      this.limitOutput();
    return { text: this.out, missing: this.missing === null ? none : [...this.missing] };
  }

  private runText(op: Op): void {
    const value = this.find(op.path);
    if (value === undefined) return this.report(op);
    if (Array.isArray(value)) this.steps += value.length;
    let text = valueText(value);
    // An escape may leave nothing of a long text, so the output alone does not bound the work.
    this.steps += text.length >> 8;
    if (typeof value === 'string' || (typeof value === 'object' && !(value instanceof JsonNumber)))
      text = this.escapeAt(op)(text, this.before);
    if (text !== '') this.write(this.isJson ? jsonEscape(text) : text);
  }

  private runTyped(op: Op): void {
    const value = this.find(op.path);
    if (value === undefined) this.report(op);
    this.write(value === undefined ? 'null' : typedText(value, this.escapeAt(op)));
  }

  private write(text: string): void {
    this.out += text;
    this.before = text;
  }

  private runSection(op: Op): void {
    const value = this.find(op.path);
    const full = isFull(value);
    if (op.kind === 'inverted') {
      if (full) return;
      this.turn();
      this.runAll(op.body);
    } else if (full) {
      for (const element of Array.isArray(value) ? value : [value as JsonTree]) {
        this.turn();
        this.frames.push(element);
        this.runAll(op.body);
        this.frames.pop();
      }
    }
  }

  /** Counted before the body runs, so that ten thousand empty bodies cost no more than full ones. */
  private turn(): void {
    this.turns++;
    if (this.turns > turnsMax) limit(`The sections of the template took more than ${turnsMax} turns.`);
  }

  /** The innermost frame that has the first part of the path decides, as in Mustache: an outer value never fills the hole of an inner one. */
  private find(path: JsonPath | null): JsonTree | undefined {
    if (path === null) return this.frames.at(-1);
    for (let level = this.frames.length - 1; level >= 0; level--) {
      const frame = this.frames[level] as JsonTree;
      const value = (level === this.payloadLevel ? this.fact(path) : undefined) ?? lookup(frame, path);
      if (value !== undefined) return value;
      if (frame instanceof Map && frame.has(path.segments[0] as string)) return undefined;
    }
    return undefined;
  }

  /** Whatever the publisher calls its own members, it cannot empty or forge what is known of the notification. */
  private fact(path: JsonPath): JsonTree | undefined {
    const value = this.context === undefined ? undefined : lookup(this.context, path);
    return value instanceof Map ? undefined : value;
  }

  private escapeAt(op: Op): Escape {
    return escapeFor(this.rule, op.landing);
  }

  private report(op: Op): void {
    this.missing ??= new Set();
    this.missing.add(op.path?.text ?? '.');
  }

  private limitOutput(): never {
    return limit(`The template gave more than ${outputBytesMax} bytes.`);
  }
}

const none: readonly string[] = [];

function limit(message: string): never {
  throw new TemplateFailed('template_limit', message);
}

/** Missing, null, false, zero, empty text and an empty list open no section; everything else does. */
function isFull(value: JsonTree | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return !(value instanceof JsonNumber) || Number(value.text) !== 0;
}
