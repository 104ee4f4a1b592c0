import { type FaultCode, templateBytesMax, TemplateRefused } from './template.js';

/** The text of a template with a place to refuse from. */
export class Source {
  constructor(readonly text: string) {
    if (typeof text !== 'string') throw new TypeError('a template is text');
    if (text.length * 3 <= templateBytesMax) return;
    if (text.length > templateBytesMax || new TextEncoder().encode(text).length > templateBytesMax) {
      this.refuse('template_too_large', `A template may have ${templateBytesMax} bytes.`, 0);
    }
  }

  refuse(code: FaultCode, message: string, offset: number): never {
    const before = this.text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - (before.lastIndexOf('\n') + 1) + 1;
    throw new TemplateRefused([{ code, line, column, message }]);
  }
}
