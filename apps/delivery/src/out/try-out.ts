import { builtInTypes } from '@waybill/contracts/notification-types/built-in-types';
import type { ProblemError } from '@waybill/contracts/problem';
import { type JsonTree, treeOf } from '@waybill/contracts/payload/json-tree';
import { Refused } from '@waybill/decider/decider';
import { newId } from '@waybill/service-kit/ids';
import { Invalid } from '@waybill/service-kit/problems';
import { actOf } from '@waybill/targets/act';
import { findTarget } from '@waybill/targets/all-targets';
import { defaultCorrelationKey } from '@waybill/targets/correlation';
import type { Sending, Step, Target } from '@waybill/targets/target';
import type { JqEngine } from '@waybill/template/jq-engine';
import type { Template } from '@waybill/template/render';
import { TemplateFailed, TemplateRefused } from '@waybill/template/template';
import type { Connector, Connectors } from '../work/connectors.js';
import { bodyOf, converse, type Send } from './converse.js';
import { errorOf, responseOf } from './kept-attempt.js';
import { type RenderedBody, renderBody } from './render-body.js';
import type { Secrets } from './secrets.js';

/** A connector as somebody is trying it out: saved, changed or not saved at all. */
export interface Tried {
  readonly target: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly templates: Readonly<Record<string, Template>>;
  readonly secretNames: readonly string[];
  readonly timeoutMs: number;
}

export interface TryOutParts {
  readonly jq: JqEngine;
  readonly send: (secrets: Readonly<Record<string, string>>) => Send;
  readonly secrets: Secrets;
  readonly connectors: Connectors;
  readonly nowMs: () => number;
}

/** As long as a person waits for a test. */
export const testTimeoutMsMax = 30_000;

/** Preview and test: the renderer, the target's room and the door of a delivery, without one being recorded. */
export class TryOut {
  constructor(private readonly parts: TryOutParts) {}

  /** The first request that a delivery would make; secrets stay placeholders, nothing is sent. */
  async preview(tried: Tried, type: string, payload: JsonTree | undefined) {
    const target = targetOf(tried.target);
    const { rendered, sending } = await this.prepare(target, tried, type, payload);
    const step = target.next(sending, []);
    const notes = [...(step.notes ?? [])];
    if ('done' in step) {
      const reason = step.done.kind === 'accepted' ? 'nothing_to_send' : step.done.reason;
      throw new Refused(reason, `The target's rules end this before a request: ${reason}.`);
    }
    const { send } = step;
    const request =
      send.kind === 'http'
        ? { method: send.method, url: send.url, headers: send.headers, body: send.body }
        : {
            method: 'SMTP',
            url: send.smtpUrl ?? '',
            headers: { ...send.headers, to: send.to.join(', '), subject: send.subject },
            body: bodyOf(send),
          };
    return { request, missing: rendered.missing, warnings: [...rendered.warnings, ...notes] };
  }

  /** Really sends, with these secrets, and answers every phase and the target's own words. */
  async test(tried: Tried, secrets: Readonly<Record<string, string>>, type: string, payload: JsonTree | undefined) {
    const target = targetOf(tried.target);
    const { sending: rendered } = await this.prepare(target, tried, type, payload);
    const sending = target.descriptor.id === 'email' ? { ...rendered, body: withTestSubject(rendered.body) } : rendered;
    return this.converse(target, sending, tried, secrets);
  }

  /** Makes the harmless requests of the target, with these secrets; answers as `test`. Refuses where the target has none. */
  async testConnection(tried: Tried, secrets: Readonly<Record<string, string>>) {
    const target = targetOf(tried.target);
    const sending = sendingOf(tried, '', '', null);
    const first = target.connect?.(sending, []) ?? { none: target.descriptor.connectionTest.says };
    if ('none' in first) throw new Refused('connection_test_none', first.none, '/mode');
    const next: Target['next'] = (access, answers) => target.connect?.(access, answers) as Step;
    return this.converse({ next }, sending, tried, secrets);
  }

  private async converse(
    target: Pick<Target, 'next'>,
    sending: Sending,
    tried: Tried,
    secrets: Readonly<Record<string, string>>,
  ) {
    // Nobody else hears of a test: its time runs by the clock that nobody sets.
    const untilMs = performance.now() + Math.min(tried.timeoutMs, testTimeoutMsMax);
    const { outcome, status, request, answer, timingsMs, notes } = await converse(
      target,
      sending,
      this.parts.send(secrets),
      () => untilMs - performance.now(),
    );
    return {
      outcome: outcome.kind,
      reason: outcome.kind === 'accepted' ? null : outcome.reason,
      status,
      receipt: outcome.receipt ?? null,
      request: request && { method: request.method, url: request.url, headers: request.headers, body: request.body },
      response: responseOf(answer),
      error: errorOf(answer),
      timingsMs,
      notes,
    };
  }

  /** The saved connector of a tenant, for a test with its stored secret; refuses what is not there or cannot be sent with now. */
  async saved(
    tenant: string,
    id: string,
  ): Promise<{ connector: Connector; secrets: Readonly<Record<string, string>> }> {
    const connector = this.parts.connectors.get(id);
    if (connector?.tenant !== tenant) throw new Refused('connector_unknown', 'There is no such connector.');
    if (connector.state === 'deleted') throw new Refused('connector_deleted', 'The connector was deleted.');
    const secrets = await this.parts.secrets.of(connector);
    if (secrets === null)
      throw new Refused(
        'service_unavailable',
        'The secrets of this connector are with registry, which does not answer.',
      );
    return { connector, secrets };
  }

  private async prepare(
    target: Target,
    tried: Tried,
    type: string,
    payload: JsonTree | undefined,
  ): Promise<{ rendered: RenderedBody; sending: Sending }> {
    const tree = payload ?? treeOf(sampleOf(type));
    const facts = { id: 'example', type, source: 'waybill', time: new Date(this.parts.nowMs()).toISOString() };
    const rendered = await this.render(target, tried, facts, tree);
    const correlationKey = defaultCorrelationKey(target.descriptor.id, type, tree);
    // The sample of an incident is one that is over; a person who tests wants to see one that begins.
    const act = payload === undefined ? 'trigger' : actOf(type, tree);
    return { rendered, sending: { ...sendingOf(tried, type, rendered.text, correlationKey), act } };
  }

  private async render(
    target: Target,
    tried: Tried,
    facts: { id: string; type: string; source: string; time: string },
    payload: JsonTree,
  ) {
    try {
      return await renderBody(
        { target, config: tried.config, templates: tried.templates, facts, payload, nowAt: facts.time },
        this.parts.jq,
      );
    } catch (error) {
      if (error instanceof TemplateRefused) throw new Invalid(error.faults.map(faultOf), 'template_invalid');
      if (error instanceof TemplateFailed) throw new Refused(error.code, error.message, '/template/body');
      throw error;
    }
  }
}

/** A delivery that is not one: its first attempt, under an id that nobody will see again. */
function sendingOf({ config, secretNames }: Tried, type: string, body: string, correlationKey: string | null): Sending {
  const id = newId('dlv');
  return {
    config,
    secretNames,
    body,
    deliveryId: id,
    webhookId: id,
    notificationType: type,
    correlationKey,
    act: 'trigger',
    attempt: 1,
    afterUnknown: false,
    remembered: null,
  };
}

/** A mail that tests a connector is known by it, whatever the connector's own subject says. */
export const testMailSubject = 'Waybill Incident Report';

function withTestSubject(body: string): string {
  return JSON.stringify({ ...(JSON.parse(body) as object), subject: testMailSubject });
}

function targetOf(id: string): Target {
  const target = findTarget(id);
  if (target === undefined) throw new Refused('target_unknown', `There is no target ${id}.`, '/target');
  return target;
}

function sampleOf(type: string): unknown {
  const sample = builtInTypes.find((known) => known.type === type)?.sample;
  if (sample === undefined)
    throw new Refused('sample_unknown', `There is no sample of the type ${type}; give a payload.`, '/payload');
  return sample;
}

function faultOf(fault: {
  code: string;
  line: number;
  column: number;
  message: string;
}): ProblemError & { line: number; column: number } {
  return {
    pointer: '/template/body',
    code: fault.code,
    message: fault.message,
    line: fault.line,
    column: fault.column,
  };
}
