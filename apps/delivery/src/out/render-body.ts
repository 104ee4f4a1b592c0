import { ownMember } from '@waybill/contracts/own-member';
import { type JsonObject, type JsonTree, treeOf } from '@waybill/contracts/payload/json-tree';
import { parseJson } from '@waybill/contracts/payload/json-text';
import { escapeRuleOf, type Target } from '@waybill/targets/target';
import type { JqEngine } from '@waybill/template/jq-engine';
import { renderMarkdown } from '@waybill/template/markdown';
import { renderJson, renderLine, renderTemplate, type Template } from '@waybill/template/render';

/** What a template sees of the notification itself, beside the payload. */
export interface RenderFacts {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly time: string;
}

export interface RenderInput {
  readonly target: Target;
  readonly config: Readonly<Record<string, unknown>>;
  readonly templates: Readonly<Record<string, Template>>;
  readonly facts: RenderFacts;
  readonly payload: JsonTree;
  /** What `now` is in a jq template: the recorded start of the attempt, so that a replay makes the same bytes. */
  readonly nowAt: string;
}

export interface RenderedBody {
  /** Text of a JSON value; of an e-mail `{"subject","text","html"}`. */
  readonly text: string;
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
  /** Which template made it: `connector:incident`, `default:generic`. */
  readonly from: string;
}

/**
 * Named in `AttemptStarted`: a later replay of the same version makes the same bytes.
 * 2: a value is escaped by the key it lands at (addresses, the HTML of a mail), and Slack, Teams and ServiceNow escape more.
 * 3: `notification.id`, `type`, `source` and `time` are those of the notification, also where the payload has members of these names.
 */
export const rendererVersion = '3';

/** The template of a type: the connector's own, then the target's default for the type, then the generic ones. */
export function templateFor(
  target: Target,
  templates: Readonly<Record<string, Template>>,
  type: string,
): { template: Template; from: string } {
  const own = ownMember(templates, type);
  if (own) return { template: own, from: `connector:${type}` };
  const byDefault = ownMember(target.descriptor.templates, type);
  if (byDefault) return { template: byDefault, from: `default:${type}` };
  const ownGeneric = templates['generic'];
  if (ownGeneric) return { template: ownGeneric, from: 'connector:generic' };
  const generic = target.descriptor.templates['generic'];
  if (!generic) throw new Error(`${target.descriptor.id} has no generic template`);
  return { template: generic, from: 'default:generic' };
}

/**
 * Renders the body of one delivery; preview, test and delivery call this same function.
 * Throws `TemplateRefused` and `TemplateFailed` of libs/template; both end the delivery.
 */
export async function renderBody(input: RenderInput, engine: JqEngine): Promise<RenderedBody> {
  const { target, payload } = input;
  const { template, from } = templateFor(target, input.templates, input.facts.type);
  const context = new Map<string, JsonTree>([['notification', treeOf({ ...input.facts })]]);
  const options = { escape: escapeRuleOf(target.descriptor), context, engine };
  const rendered =
    template.format === 'json'
      ? renderJson(template.body, payload, options)
      : await renderTemplate(atItsTime(template, input.nowAt), payload, options);
  if (target.descriptor.id !== 'email') return { ...rendered, from };
  return { ...rendered, text: mailBody(input, rendered.text, context), from };
}

/** jq would ask the clock. A program that does not name `now` stays as it is, and with it the places of its faults. */
function atItsTime(template: Template, nowAt: string): Template {
  if (template.format !== 'jq' || !/\bnow\b/.test(template.body)) return template;
  return { ...template, body: `def now: ${Date.parse(nowAt) / 1000}; ${template.body}` };
}

/** Markdown becomes HTML and a text part here; the connector's own subject wins over the template's. */
function mailBody(input: RenderInput, text: string, context: JsonTree): string {
  const body = parseJson(text, { bytesMax: 1024 * 1024, depthMax: 64, anyTop: true });
  if (!(body instanceof Map)) return text;
  const subject = input.config['subject'];
  if (typeof subject === 'string' && subject.trim() !== '') {
    body.set('subject', renderLine(subject, input.payload, { context }).text);
  }
  const markdown = body.get('markdown');
  if (typeof markdown !== 'string') return JSON.stringify(mailParts(body, '', ''));
  const parts = renderMarkdown(markdown);
  return JSON.stringify(mailParts(body, parts.text, parts.html));
}

function mailParts(body: JsonObject, text: string, html: string): Record<string, string> {
  const own = (name: string): string | undefined => {
    const value = body.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return { subject: own('subject') ?? '', text: own('text') ?? text, html: own('html') ?? html };
}
