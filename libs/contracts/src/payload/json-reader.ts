import { refuseJson, type JsonRefusal } from './json-refused.js';
import { JsonNumber, type JsonTree } from './json-tree.js';

/** contract.md section 3. Signs, the point and the letter of an exponent are not digits. */
export const numberDigitsMax = 40;

/** Recursion is bounded by `depthMax`, so the stack is too. `path` holds the key or index reached in every open container (null before the first), for the pointer only. */
export class JsonReader {
  private at = 0;
  private depth = 0;
  private readonly path: (string | number | null)[] = [];

  constructor(
    private readonly text: string,
    private readonly depthMax: number,
  ) {}

  readWhole(anyTop: boolean): JsonTree {
    this.skipBlanks();
    if (!anyTop && this.text.charCodeAt(this.at) !== 0x7b) this.refuseTop();
    const tree = this.readValue();
    this.skipBlanks();
    if (this.at < this.text.length) this.refuse('json_invalid', 'Only one value may stand in the text.');
    return tree;
  }

  private refuseTop(): never {
    this.readValue();
    return this.refuse('json_not_an_object', 'The text must be a JSON object.', 0);
  }

  private readValue(): JsonTree {
    const code = this.text.charCodeAt(this.at);
    if (code === 0x22) return this.readString();
    if (code === 0x7b) return this.readObject();
    if (code === 0x5b) return this.readArray();
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.readNumber();
    if (code === 0x74) return this.readWord('true', true);
    if (code === 0x66) return this.readWord('false', false);
    if (code === 0x6e) return this.readWord('null', null);
    return this.refuse(
      'json_invalid',
      this.at >= this.text.length ? 'The text ends too early.' : 'A value is expected here.',
    );
  }

  private readObject(): Map<string, JsonTree> {
    this.enter();
    const object = new Map<string, JsonTree>();
    const level = this.depth - 1;
    this.skipBlanks();
    if (this.text.charCodeAt(this.at) === 0x7d) return this.leave(object);
    for (;;) {
      const keyAt = this.at;
      if (this.text.charCodeAt(keyAt) !== 0x22) this.refuse('json_invalid', 'A key in double quotes is expected here.');
      const key = this.readString();
      this.path[level] = key;
      const sizeBefore = object.size;
      this.checkKey(key, level, keyAt);
      this.skipBlanks();
      if (this.text.charCodeAt(this.at) !== 0x3a) this.refuse('json_invalid', 'A colon is expected here.');
      this.at++;
      this.skipBlanks();
      object.set(key, this.readValue());
      if (object.size === sizeBefore)
        this.refuse('json_duplicate_key', `The key ${JSON.stringify(key)} stands twice in one object.`, keyAt);
      this.skipBlanks();
      const next = this.text.charCodeAt(this.at);
      if (next === 0x7d) return this.leave(object);
      if (next !== 0x2c) this.refuse('json_invalid', 'A comma or a closing brace is expected here.');
      this.at++;
      this.skipBlanks();
    }
  }

  /** `__proto__` and `constructor.prototype` are the two shapes with which a payload reaches the prototype of a careless reader's objects. */
  private checkKey(key: string, level: number, keyAt: number): void {
    if (key.length !== 9) return;
    if (key === '__proto__' || (key === 'prototype' && level > 0 && this.path[level - 1] === 'constructor')) {
      this.refuse('json_key_forbidden', `The key ${JSON.stringify(key)} is not allowed here.`, keyAt);
    }
  }

  private readArray(): JsonTree[] {
    this.enter();
    const array: JsonTree[] = [];
    const level = this.depth - 1;
    this.skipBlanks();
    if (this.text.charCodeAt(this.at) === 0x5d) return this.leave(array);
    for (;;) {
      this.path[level] = array.length;
      array.push(this.readValue());
      this.skipBlanks();
      const next = this.text.charCodeAt(this.at);
      if (next === 0x5d) return this.leave(array);
      if (next !== 0x2c) this.refuse('json_invalid', 'A comma or a closing bracket is expected here.');
      this.at++;
      this.skipBlanks();
    }
  }

  private enter(): void {
    if (this.depth >= this.depthMax)
      this.refuse('json_too_deep', `Containers may lie ${this.depthMax} deep in each other.`);
    this.path[this.depth] = null;
    this.depth++;
    this.at++;
  }

  private leave<Container>(container: Container): Container {
    this.depth--;
    this.at++;
    return container;
  }

  /** The plain run is found without a copy; only a string with escapes is put together from pieces. */
  private readString(): string {
    const text = this.text;
    const start = this.at + 1;
    let at = start;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        this.at = at + 1;
        return text.slice(start, at);
      }
      if (code === 0x5c) return this.readEscaped(start, at);
      if (code >= 0xd800 && code <= 0xdfff) at = this.afterPair(at);
      else if (code >= 0x20) at++;
      else this.refuseInString(at);
    }
  }

  private readEscaped(start: number, firstEscape: number): string {
    const text = this.text;
    let read = text.slice(start, firstEscape);
    let at = firstEscape;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        this.at = at + 1;
        return read;
      }
      if (code === 0x5c) {
        const simple = escapes[text.charCodeAt(at + 1)];
        if (simple !== undefined) {
          read += simple;
          at += 2;
        } else {
          const unit = this.readUnit(at);
          const pair = unit >= 0xd800 && unit <= 0xdfff;
          read += pair ? this.readEscapedPair(at, unit) : String.fromCharCode(unit);
          at += pair ? 12 : 6;
        }
        continue;
      }
      const run = at;
      at = this.afterPlain(at);
      read += text.slice(run, at);
    }
  }

  private afterPlain(from: number): number {
    const text = this.text;
    let at = from;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 0x22 || code === 0x5c) return at;
      if (code >= 0xd800 && code <= 0xdfff) at = this.afterPair(at);
      else if (code >= 0x20) at++;
      else this.refuseInString(at);
    }
  }

  /** Both halves must be escaped: one half as an escape and one as it stands are two lone surrogates in one text. */
  private readEscapedPair(at: number, high: number): string {
    const low = high <= 0xdbff && this.text.startsWith('\\u', at + 6) ? this.readUnit(at + 6) : 0;
    if (low < 0xdc00 || low > 0xdfff) this.refuse('json_lone_surrogate', 'Half of a surrogate pair stands alone.', at);
    return String.fromCharCode(high, low);
  }

  private readUnit(at: number): number {
    if (this.text.charCodeAt(at + 1) !== 0x75) this.refuse('json_invalid', 'This escape is not one of JSON.', at);
    let unit = 0;
    for (let digit = at + 2; digit < at + 6; digit++) {
      const value = hexValue(this.text.charCodeAt(digit));
      if (value < 0) this.refuse('json_invalid', 'Four hexadecimal digits must follow \\u.', at);
      unit = unit * 16 + value;
    }
    return unit;
  }

  private afterPair(at: number): number {
    const low = this.text.charCodeAt(at + 1);
    if (this.text.charCodeAt(at) > 0xdbff || !(low >= 0xdc00 && low <= 0xdfff)) {
      this.refuse('json_lone_surrogate', 'Half of a surrogate pair stands alone.', at);
    }
    return at + 2;
  }

  /** `charCodeAt` past the end is NaN, which is why the loops above end here too. */
  private refuseInString(at: number): never {
    if (at >= this.text.length) return this.refuse('json_invalid', 'The text ends inside a string.', at);
    return this.refuse('json_invalid', 'A control character in a string must be written as an escape.', at);
  }

  private readNumber(): JsonNumber {
    const start = this.at;
    let at = start;
    if (this.text.charCodeAt(at) === 0x2d) at++;
    const whole = at;
    at = this.afterDigits(at);
    if (this.text.charCodeAt(whole) === 0x30 && at > whole + 1)
      this.refuse('json_invalid', 'A number has no leading zeros.', whole);
    if (this.text.charCodeAt(at) === 0x2e) at = this.afterDigits(at + 1);
    const mantissaEnd = at;
    const letter = this.text.charCodeAt(at);
    if (letter === 0x65 || letter === 0x45) {
      const sign = this.text.charCodeAt(at + 1);
      at = this.afterDigits(sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
    }
    const spelling = this.text.slice(start, at);
    if (spelling.length > numberDigitsMax) this.checkDigits(spelling);
    // Without an exponent, 40 digits stay below 1e40 and are always finite.
    if (at > mantissaEnd && !Number.isFinite(Number(spelling))) {
      this.refuse('json_number_not_finite', 'The number is too large for a double.', start);
    }
    this.at = at;
    return new JsonNumber(spelling);
  }

  private checkDigits(spelling: string): void {
    const digits = spelling.replace(/\D/g, '').length;
    if (digits > numberDigitsMax) this.refuse('json_number_too_long', `A number may have ${numberDigitsMax} digits.`);
  }

  private afterDigits(from: number): number {
    let at = from;
    for (let code = this.text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = this.text.charCodeAt(at)) at++;
    if (at === from) this.refuse('json_invalid', 'A digit is expected here.', at);
    return at;
  }

  private readWord<Word>(word: string, value: Word): Word {
    if (!this.text.startsWith(word, this.at)) this.refuse('json_invalid', 'A value is expected here.');
    this.at += word.length;
    return value;
  }

  private skipBlanks(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private refuse(code: JsonRefusal, message: string, offset = this.at): never {
    const pointer = this.path
      .slice(0, this.depth)
      .filter((segment) => segment !== null)
      .map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join('');
    refuseJson(this.text, code, message, offset, pointer);
  }
}

const escapes: readonly (string | undefined)[] = (() => {
  const table: (string | undefined)[] = new Array<string | undefined>(128).fill(undefined);
  const simple = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
  for (const [letter, meaning] of Object.entries(simple)) table[letter.charCodeAt(0)] = meaning;
  return table;
})();

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
