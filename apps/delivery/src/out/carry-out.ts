import type { DeliveryState } from '@waybill/delivery/delivery';
import { actOf } from '@waybill/targets/act';
import { findTarget } from '@waybill/targets/all-targets';
import type { Sending, Target } from '@waybill/targets/target';
import type { JqEngine } from '@waybill/template/jq-engine';
import { TemplateFailed, TemplateRefused } from '@waybill/template/template';
import type { Connector } from '../work/connectors.js';
import { correlationKeyOf } from '../work/correlate.js';
import type { Job, JobNotification } from '../work/job.js';
import { type Conversation, converse, type Send } from './converse.js';
import { type KeptAttempt, keptAttemptText, type KeptRendering } from './kept-attempt.js';
import { payloadOf } from './payload-of.js';
import { renderBody } from './render-body.js';

/** What came of an attempt: the target was asked (or refused without a request), or the delivery cannot be attempted at all. */
export type Carried =
  | { readonly kind: 'tried'; readonly conversation: Conversation; readonly sealedText: string }
  | { readonly kind: 'gave-up'; readonly reason: string; readonly sealedText: string };

export interface CarryOutParts {
  readonly engine: JqEngine;
  /** The values of a connector's secrets at the version the attempt is pinned to; null while registry, who has them, is away. */
  readonly secretsOf: (connector: Connector) => Promise<Readonly<Record<string, string>> | null>;
  readonly send: (secrets: Readonly<Record<string, string>>) => Send;
  /** Fetches what was routed, for a job that did not bring it along; null while nobody who has it answers. */
  readonly fetchNotification: (job: Job) => Promise<JobNotification | 'shredded' | null>;
  /** The clock by which attempts have their deadline. */
  readonly nowMs: () => number;
}

/** Carries out the attempt that a job has begun. Never throws for what a template, a connector or a target can do. */
export async function carryOut(job: Job, connector: Connector, parts: CarryOutParts): Promise<Carried> {
  if (job.state.status !== 'attempting') throw new Error(`carrying out a delivery that is ${job.state.status}`);
  const target = findTarget(connector.target);
  if (target === undefined) return gaveUp('target_unknown', `There is no target ${connector.target}.`);
  const secrets = await parts.secretsOf(connector);
  if (secrets === null) return notYet('secret_unavailable');
  const again = job.rendered;
  const rendered = again ?? (await render(job, connector, target, job.state.attempt.startedAt, parts));
  if ('kind' in rendered) return rendered;
  const deadlineMs = Date.parse(job.state.attempt.deadline);
  const untilMs = performance.now() + connector.limits.timeoutMs;
  const conversation = await converse(target, sendingOf(job, job.state, connector, rendered), parts.send(secrets), () =>
    Math.min(deadlineMs - parts.nowMs(), untilMs - performance.now()),
  );
  // A retry finds what was rendered with the first attempt; storing it with each would store it twelve times.
  return {
    kind: 'tried',
    conversation,
    sealedText: keptAttemptText(conversation, again === null ? rendered : undefined, job.remembered),
  };
}

async function render(
  job: Job,
  connector: Connector,
  target: Target,
  nowAt: string,
  parts: CarryOutParts,
): Promise<KeptRendering | Carried> {
  const notification = job.notification ?? (await parts.fetchNotification(job));
  if (notification === null) return notYet('payload_unavailable');
  if (notification === 'shredded') return gaveUp('payload_shredded', 'The payload was shredded.');
  const { facts } = notification;
  const payload = payloadOf(notification);
  try {
    const { config, templates } = connector;
    const { text, missing } = await renderBody({ target, config, templates, facts, payload, nowAt }, parts.engine);
    const correlationKey = correlationKeyOf(target.descriptor.id, notification);
    return { body: text, missing, type: facts.type, correlationKey, act: actOf(facts.type, payload) };
  } catch (error) {
    if (error instanceof TemplateFailed) return gaveUp(error.code, error.message);
    if (error instanceof TemplateRefused) return gaveUp('template_invalid', error.message);
    throw error;
  }
}

function gaveUp(reason: string, message: string): Extract<Carried, { kind: 'gave-up' }> {
  const kept: KeptAttempt = { request: null, response: null, error: { code: reason, message } };
  return { kind: 'gave-up', reason, sealedText: JSON.stringify(kept) };
}

/** Nothing was sent, because something of our own is away; the plan tries again. */
function notYet(reason: string): Carried {
  const outcome = { kind: 'refused', retry: 'later', reason } as const;
  const conversation = {
    outcome,
    status: null,
    timingsMs: {},
    notes: [],
    request: null,
    answer: null,
    before: [],
    allowEntry: null,
  };
  return { kind: 'tried', conversation, sealedText: keptAttemptText(conversation, undefined) };
}

function sendingOf(
  job: Job,
  state: Extract<DeliveryState, { status: 'attempting' }>,
  connector: Connector,
  rendered: KeptRendering,
): Sending {
  return {
    config: connector.config,
    secretNames: connector.secretNames,
    body: rendered.body,
    deliveryId: job.deliveryId,
    webhookId: job.deliveryId,
    notificationType: rendered.type,
    correlationKey: rendered.correlationKey,
    act: rendered.act,
    attempt: state.attemptsOfRound,
    afterUnknown: state.afterUnknown,
    // The memory of the thing includes what this very delivery left behind, as long as nobody came after it.
    remembered: job.remembered ?? state.receipt,
  };
}
