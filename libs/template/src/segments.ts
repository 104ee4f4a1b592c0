import { compilePath, type JsonPath } from '@waybill/contracts/payload/json-tree';
import type { Source } from './source.js';
import { type Op, pathSegmentsMax, reservedCharacter, sectionDepthMax, tagsMax } from './template.js';

interface OpenSection {
  readonly op: { -readonly [Key in keyof Op]: Op[Key] };
  readonly around: Op[];
  readonly name: string;
  readonly at: number;
}

/** Collects literals and tags in reading order into ops; owns the rules that hold for a tag wherever it stands. */
export class Segments {
  private ops: Op[] = [];
  private literalText = '';
  private readonly open: OpenSection[] = [];
  private tags = 0;
  /** The nearest key, set by the reader before it reads a value. */
  landing = '';

  constructor(private readonly source: Source) {}

  literal(text: string): void {
    this.literalText += text;
  }

  /** Reads the tag whose braces open at `at`; answers the offset behind it. */
  tag(at: number): number {
    const { content, end } = this.readContent(at);
    const sign = content.charAt(0);
    const name = (/[#^/!]/.test(sign) ? content.slice(1) : content).trim();
    if (sign === '!') return end;
    if (sign === '/') {
      this.closeSection(name, at);
      return end;
    }
    const path = this.readPath(name, at);
    if (sign === '#' || sign === '^') this.openSection(sign === '#' ? 'section' : 'inverted', path, name, at);
    else this.push({ kind: 'text', text: '', path, landing: this.landing, body: [] });
    return end;
  }

  /** Reads an unquoted tag: its value keeps its type. */
  typedTag(at: number): number {
    const { content, end } = this.readContent(at);
    if (/^[#^/!]/.test(content)) {
      this.source.refuse(
        'template_tag_misplaced',
        'Sections and comments stand inside strings; here only the path of a value may stand.',
        at,
      );
    }
    this.typed(content.trim(), at);
    return end;
  }

  typed(name: string, at: number): void {
    this.push({ kind: 'typed', text: '', path: this.readPath(name, at), landing: this.landing, body: [] });
  }

  get depth(): number {
    return this.open.length;
  }

  /** Refuses the innermost section that was opened after `depth` sections were open: a section ends in the string in which it began. */
  checkClosed(depth: number): void {
    const section = this.open.at(-1);
    if (this.open.length > depth && section !== undefined) {
      this.source.refuse(
        'template_section_unclosed',
        `The section "${section.name}" is not closed before its text ends.`,
        section.at,
      );
    }
  }

  finish(): readonly Op[] {
    this.flush();
    return this.ops;
  }

  private readContent(at: number): { content: string; end: number } {
    const text = this.source.text;
    this.tags++;
    if (this.tags > tagsMax) this.source.refuse('template_too_many_tags', `A template may have ${tagsMax} tags.`, at);
    if (text.charAt(at + 2) === '{')
      this.source.refuse(
        'template_tag_unsupported',
        'Triple braces are not supported: values are always escaped for where they land.',
        at,
      );
    const close = text.indexOf('}}', at + 2);
    const content = text.slice(at + 2, close < 0 ? undefined : close).trim();
    const broken = /["\n\r]|\{\{/.exec(content);
    if (close < 0 || broken !== null) {
      this.source.refuse('template_tag_unclosed', 'The tag is not closed with two braces.', at);
    }
    if (/^[>=&]/.test(content)) {
      this.source.refuse(
        'template_tag_unsupported',
        'Partials, lambdas, other delimiters and unescaped values are not supported.',
        at,
      );
    }
    return { content, end: close + 2 };
  }

  private readPath(name: string, at: number): JsonPath | null {
    if (name === '.') return null;
    if (name === '') this.source.refuse('template_path_invalid', 'The tag names nothing.', at);
    if (/[\s{}\\]/.test(name))
      this.source.refuse(
        'template_path_invalid',
        'A tag holds one dotted path, without blanks, braces or backslashes inside.',
        at,
      );
    if (name.includes(reservedCharacter)) this.refuseReserved(at);
    const path = compilePath(name);
    if (path.segments.includes(''))
      this.source.refuse('template_path_invalid', 'A part of the path between dots is empty.', at);
    if (path.segments.length > pathSegmentsMax)
      this.source.refuse('template_path_invalid', `A path may have ${pathSegmentsMax} parts.`, at);
    return path;
  }

  refuseReserved(at: number): never {
    return this.source.refuse(
      'template_reserved_character',
      'The character U+27E6 is reserved: secrets are set on the connector, never in a template.',
      at,
    );
  }

  private openSection(kind: 'section' | 'inverted', path: JsonPath | null, name: string, at: number): void {
    if (this.open.length >= sectionDepthMax)
      this.source.refuse('template_too_deep', `Sections may lie ${sectionDepthMax} deep in each other.`, at);
    const op = { kind, text: '', path, landing: this.landing, body: [] };
    this.push(op);
    this.open.push({ op, around: this.ops, name, at });
    this.ops = [];
  }

  private closeSection(name: string, at: number): void {
    const section = this.open.pop();
    if (section === undefined)
      return this.source.refuse('template_section_crossed', `No section "${name}" is open here.`, at);
    if (section.name !== name)
      this.source.refuse(
        'template_section_crossed',
        `The section "${section.name}" must be closed before "${name}".`,
        at,
      );
    this.flush();
    section.op.body = this.ops;
    this.ops = section.around;
  }

  private push(op: Op): void {
    this.flush();
    this.ops.push(op);
  }

  private flush(): void {
    if (this.literalText === '') return;
    this.ops.push({ kind: 'literal', text: this.literalText, path: null, landing: '', body: [] });
    this.literalText = '';
  }
}
