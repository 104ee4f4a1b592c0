import type { JqFault } from '@waybill/contracts/rendering/jq-engine';
import { TemplateFailed } from '@waybill/contracts/rendering/template-fault';
import type { JqResult } from './jq-batch.js';

/**
 * Stands before every program, on a line of its own. One run serves many notifications, so `input` would read somebody else's; ending jq
 * would end their turn. A program cannot begin with `import` or `include` behind it, and there are no files to import anyway.
 */
const prelude = ['input', 'inputs', 'halt', 'halt_error', 'halt_error(x)']
  .map((name) => `def ${name}: error("${name} is not available in a template");`)
  .join(' ');

/** The program as it is run. */
export const withPrelude = (program: string): string => `${prelude}\n${program}`;

const preludeLines = 1;

/**
 * Reads jq's words on a program that does not compile: `jq: error: <message> at <top-level>, line 2:` and the faulty line up to the end
 * of what it could not read. jq calls an unquoted word a matter of the shell; there is none here.
 */
export function faultsIn(words: string): JqFault[] {
  const faults: JqFault[] = [];
  for (const found of words.matchAll(/jq: error: ((?:(?!jq: error: )[\s\S])*?) at <[^>]*>, line (\d+):\n([^\n]*)/g)) {
    const message = (found[1] as string).replace(' (Unix shell quoting issues?)', '');
    faults.push({
      line: Math.max(1, Number(found[2]) - preludeLines),
      column: columnOf(message, (found[3] as string).trimEnd()),
      message,
    });
  }
  if (faults.length > 0) return faults;
  const message = words.replace(/^jq: error: /, '').replace(/\n*jq: \d+ compile errors?\s*$/, '');
  return [{ line: 0, column: 0, message: message.trim() }];
}

/** A name that is not defined begins where it last stands in the line; what is unexpected is the last thing in it. */
function columnOf(message: string, line: string): number {
  const name = /^(\$?[\w:]+)(?:\/\d+)? is not defined/.exec(message)?.[1];
  const at = name === undefined ? -1 : line.lastIndexOf(name);
  if (at >= 0) return at + 1;
  return Math.max(1, message.includes('unexpected end of file') ? line.length + 1 : line.length);
}

/** The one output of a run, or why there is none: jq's own words where it has some. */
export function outputOf(
  { out, err, limit }: JqResult,
  limits: { memoryBytesMax: number; outputBytesMax: number },
): string {
  if (limit === 'output')
    throw new TemplateFailed('template_limit', `The program gave more than ${limits.outputBytesMax} bytes.`);
  if (limit === 'memory')
    throw new TemplateFailed(
      'template_limit',
      `The program needed more than ${limits.memoryBytesMax} bytes of memory.`,
    );
  const error = err.indexOf('jq: error');
  if (error >= 0) {
    const message = err.slice(error).replace(/^jq: error(?: \(at [^)]*\))?(?: \(not a string\))?:? ?/, '');
    throw new TemplateFailed('template_failed', `jq: ${message.trim()}`);
  }
  const outputs = out.split('\n').filter((line) => line !== '');
  if (outputs.length === 1) return outputs[0] as string;
  const many = outputs.length === 0 ? 'no output' : `${outputs.length} outputs`;
  throw new TemplateFailed('template_failed', `The program gave ${many}; it must give exactly one.`);
}
