import { Segments } from './segments.js';
import { Source } from './source.js';
import { type CompiledTemplate, reservedCharacter, templateDepthMax } from './template.js';

/**
 * Compiles a json template: a JSON text whose strings hold tags. The text is read as JSON once, here, and values can only land inside
 * strings or as whole values, so that every rendering is valid JSON. Order of keys and spelling of literals are kept, blanks between tokens are not.
 * Refuses (throws `TemplateRefused` with line and column) what has a fault.
 */
export function compileJson(text: string): CompiledTemplate {
  return { kind: 'json', ops: new JsonTemplateReader(new Source(text)).readWhole() };
}

/** The name of the one member of `{"$value":"path"}`, which stands for the value itself. */
const valueKey = '$value';

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;
const escape = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

class JsonTemplateReader {
  private at = 0;
  private depth = 0;
  private readonly text: string;
  private readonly segments: Segments;

  constructor(private readonly source: Source) {
    this.text = source.text;
    this.segments = new Segments(source);
  }

  readWhole() {
    this.skipBlanks();
    this.readValue();
    this.skipBlanks();
    if (this.at < this.text.length) this.refuse('Only one JSON value may stand in the template.');
    return this.segments.finish();
  }

  private readValue(): void {
    const next = this.text.charAt(this.at);
    if (next === '"') this.readString();
    else if (this.text.startsWith('{{', this.at)) this.at = this.segments.typedTag(this.at);
    else if (next === '{') this.readObject();
    else if (next === '[') this.readArray();
    else if (!this.readToken(word) && !this.readToken(number)) {
      this.refuse(next === '' ? 'The template ends too early.' : 'A JSON value is expected here.');
    }
  }

  private readObject(): void {
    this.enter();
    const landingAbove = this.segments.landing;
    this.skipBlanks();
    if (this.text.charAt(this.at) === '}') return this.close('{}');
    if (this.readValueNode()) return;
    const keys = new Set<string>();
    this.segments.literal('{');
    for (;;) {
      this.readKey(keys);
      this.readValue();
      this.segments.landing = landingAbove;
      this.skipBlanks();
      const next = this.text.charAt(this.at);
      if (next === '}') return this.close('}');
      if (next !== ',') this.refuse('A comma or a closing brace is expected here.');
      this.segments.literal(',');
      this.at++;
      this.skipBlanks();
    }
  }

  /** `{"$value":"path"}` or `{"$value":"{{path}}"}`; a `$value` beside other keys is refused as an ordinary key would hide the mistake. */
  private readValueNode(): boolean {
    const node = /"\$value"[ \t\r\n]*:[ \t\r\n]*"([^"\\]*)"[ \t\r\n]*\}/y;
    node.lastIndex = this.at;
    const found = node.exec(this.text);
    if (found === null) return false;
    const named = found[1] as string;
    const path = /^\{\{([^{}]*)\}\}$/.exec(named)?.[1] ?? named;
    this.segments.typed(path.trim(), this.at);
    this.at = node.lastIndex;
    this.depth--;
    return true;
  }

  private readKey(keys: Set<string>): void {
    const start = this.at;
    if (this.text.charAt(start) !== '"') this.refuse('A key in double quotes is expected here.');
    this.at++;
    while (this.text.charAt(this.at) !== '"') {
      if (this.text.startsWith('{{', this.at)) {
        this.source.refuse(
          'template_tag_misplaced',
          'A key holds no tags: two values could make the same key. Use a jq template for keys that vary.',
          this.at,
        );
      }
      this.passCharacter();
    }
    this.at++;
    const spelling = this.text.slice(start, this.at);
    const key = JSON.parse(spelling) as string;
    if (keys.has(key))
      this.source.refuse('template_duplicate_key', `The key ${spelling} stands twice in one object.`, start);
    if (key === '__proto__') this.refuse('The key __proto__ is not allowed.', start);
    if (key === valueKey)
      this.refuse('An object with "$value" has this one key, and its value is a path in quotes.', start);
    keys.add(key);
    this.skipBlanks();
    if (this.text.charAt(this.at) !== ':') this.refuse('A colon is expected here.');
    this.at++;
    this.skipBlanks();
    this.segments.literal(`${spelling}:`);
    this.segments.landing = key;
  }

  private readArray(): void {
    this.enter();
    this.skipBlanks();
    if (this.text.charAt(this.at) === ']') return this.close('[]');
    this.segments.literal('[');
    for (;;) {
      this.readValue();
      this.skipBlanks();
      const next = this.text.charAt(this.at);
      if (next === ']') return this.close(']');
      if (next !== ',') this.refuse('A comma or a closing bracket is expected here.');
      this.segments.literal(',');
      this.at++;
      this.skipBlanks();
    }
  }

  private readString(): void {
    const depth = this.segments.depth;
    let run = this.at;
    this.at++;
    while (this.text.charAt(this.at) !== '"') {
      if (this.text.startsWith('{{', this.at)) {
        this.segments.literal(this.text.slice(run, this.at));
        this.at = this.segments.tag(this.at);
        run = this.at;
      } else this.passCharacter();
    }
    this.segments.checkClosed(depth);
    this.at++;
    this.segments.literal(this.text.slice(run, this.at));
  }

  /** One character or escape of a string, as RFC 8259 allows it; half a surrogate pair is refused because no reader agrees on it. */
  private passCharacter(): void {
    const unit = this.text.charCodeAt(this.at);
    if (Number.isNaN(unit)) this.refuse('The template ends inside a string.');
    if (unit < 0x20) this.refuse('A control character in a string must be written as an escape.');
    if (unit === reservedCharacter.charCodeAt(0)) this.segments.refuseReserved(this.at);
    if (unit === 0x5c) this.passEscape();
    else if (unit < 0xd800 || unit > 0xdfff) this.at++;
    else if (this.text.slice(this.at, this.at + 2).isWellFormed()) this.at += 2;
    else this.refuse('Half of a surrogate pair stands alone.');
  }

  private passEscape(): void {
    escape.lastIndex = this.at;
    const spelling = escape.exec(this.text)?.[0];
    if (spelling === undefined) return this.refuse('This escape is not one of JSON.');
    if (spelling.toLowerCase() === '\\u27e6') this.segments.refuseReserved(this.at);
    const start = this.at;
    this.at = escape.lastIndex;
    if (!/^\\ud[89a-f]/i.test(spelling)) return;
    const low = /\\u[dD][c-fC-F][\da-fA-F]{2}/y;
    low.lastIndex = this.at;
    if (!/^\\ud[89ab]/i.test(spelling) || !low.test(this.text))
      this.refuse('Half of a surrogate pair stands alone.', start);
    this.at = low.lastIndex;
  }

  private readToken(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const spelling = pattern.exec(this.text)?.[0];
    if (spelling === undefined) return false;
    this.segments.literal(spelling);
    this.at += spelling.length;
    return true;
  }

  private enter(): void {
    if (this.depth >= templateDepthMax)
      this.source.refuse('template_too_deep', `Containers may lie ${templateDepthMax} deep in each other.`, this.at);
    this.depth++;
    this.at++;
  }

  private close(literal: string): void {
    this.segments.literal(literal);
    this.depth--;
    this.at++;
  }

  private skipBlanks(): void {
    while (' \n\r\t'.includes(this.text.charAt(this.at)) && this.at < this.text.length) this.at++;
  }

  private refuse(message: string, offset = this.at): never {
    return this.source.refuse('template_invalid_json', message, offset);
  }
}
