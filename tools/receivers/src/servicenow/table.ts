import { randomBytes } from 'node:crypto';
import { cut } from '../bounded.js';

export type Row = Record<string, string>;

/** Rows kept per table. */
const rowsMax = 20_000;

/** Columns with the length at which the platform cuts without a word (targets.md 6.2). */
const columnMax: Readonly<Record<string, number>> = { short_description: 160, correlation_id: 100, description: 4_000 };

export const columns = [
  ...['sys_id', 'number', 'short_description', 'description', 'correlation_id', 'correlation_display', 'state'],
  ...['impact', 'urgency', 'priority', 'caller_id', 'assignment_group', 'assigned_to', 'category', 'subcategory'],
  ...['close_code', 'close_notes', 'contact_type', 'cmdb_ci', 'opened_at', 'sys_created_on', 'sys_created_by'],
  ...['sys_updated_on', 'active', 'work_notes', 'comments', 'severity', 'business_service', 'location', 'due_date'],
];

const states: Readonly<Record<string, string>> = {
  '1': 'New',
  '2': 'In Progress',
  '3': 'On Hold',
  '6': 'Resolved',
  '7': 'Closed',
  '8': 'Canceled',
};

/** A journal holds what was appended; the column itself reads empty. */
const journals = ['work_notes', 'comments'];
const computed = ['sys_id', 'number', 'priority', 'sys_created_on', 'sys_created_by', 'sys_updated_on'];

export interface Journal {
  readonly at: string;
  readonly field: string;
  readonly text: string;
}

/** One table: rows by sys_id, newest last. */
export class Table {
  readonly rows = new Map<string, Row>();
  readonly journal = new Map<string, Journal[]>();
  #number = 10_000;

  insert(fields: Record<string, unknown>, write: Write): Row {
    this.#number += 1;
    const id = randomBytes(16).toString('hex');
    const at = sysTime(write.atMs);
    const row: Row = Object.fromEntries(columns.map((column) => [column, '']));
    Object.assign(row, {
      sys_id: id,
      number: `INC00${this.#number}`,
      state: '1',
      impact: '3',
      urgency: '3',
      active: 'true',
    });
    Object.assign(row, { opened_at: at, sys_created_on: at, sys_created_by: write.user });
    this.rows.set(id, row);
    const oldest = this.rows.size > rowsMax ? this.rows.keys().next().value : undefined;
    if (oldest !== undefined) this.rows.delete(oldest);
    this.write(row, fields, write);
    return row;
  }

  /** Writes what can be written: unknown columns and unknown states are ignored, long texts cut, priority computed. */
  write(row: Row, fields: Record<string, unknown>, write: Write): void {
    for (const [name, value] of Object.entries(fields)) {
      if (!isColumn(name, write.extraColumns) || computed.includes(name)) continue;
      const text = textOf(value);
      if (journals.includes(name)) this.#note(row, name, text, write.atMs);
      else if (name === 'state') setState(row, text, write.displayValues);
      else row[name] = cut(text, columnMax[name] ?? Infinity);
    }
    const priority = Number(row['impact']) + Number(row['urgency']) - 1;
    row['priority'] = Number.isInteger(priority) ? String(priority) : '5';
    row['sys_updated_on'] = sysTime(write.atMs);
  }

  #note(row: Row, field: string, text: string, atMs: number): void {
    if (text === '') return;
    const id = row['sys_id'] ?? '';
    const entries = this.journal.get(id) ?? [];
    entries.push({ at: new Date(atMs).toISOString(), field, text });
    this.journal.set(id, entries.slice(-1_000));
  }
}

export interface Write {
  readonly atMs: number;
  readonly user: string;
  readonly extraColumns: readonly string[];
  /** `sysparm_input_display_value=true`: values are display names. */
  readonly displayValues: boolean;
}

export function isColumn(name: string, extra: readonly string[]): boolean {
  return columns.includes(name) || extra.includes(name);
}

/** The names of columns whose value would be cut. */
export function cutColumns(fields: Record<string, unknown>): readonly string[] {
  return Object.entries(fields)
    .filter(([name, value]) => textOf(value) !== cut(textOf(value), columnMax[name] ?? Infinity))
    .map(([name]) => name);
}

export function isKnownState(value: unknown, displayValues: boolean): boolean {
  return textOf(value) in states || (displayValues && Object.values(states).includes(textOf(value)));
}

export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function setState(row: Row, text: string, displayValues: boolean): void {
  const byName = displayValues ? Object.entries(states).find(([, name]) => name === text)?.[0] : undefined;
  const state = byName ?? text;
  if (state in states) row['state'] = state;
}

/** `2026-11-24 06:25:18`, UTC. */
function sysTime(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}
