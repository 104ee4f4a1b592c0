import { createHash } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { ask } from '@waybill/bus/ask';
import type { LogEvent } from '@waybill/contracts/log-event';
import { urlWithMasks } from '@waybill/contracts/sending/query-credentials';
import type { Answer } from '@waybill/contracts/sending/request';
import { rpcSubject } from '@waybill/contracts/subjects';
import { storableValue } from '@waybill/contracts/text/storable';
import { Refused } from '@waybill/decider/decider';
import { type RecordedEvent, shredded } from '@waybill/event-log/log';
import type { Log } from '@waybill/service-kit/logger';
import { jobFrom } from '../handle-delivery.js';
import { type Connector, foldConnector } from '../work/connectors.js';
import { carryOut, type CarryOutParts } from './carry-out.js';
import type { Send } from './converse.js';
import { type KeptAttempt, type KeptRendering, openKeptAttempt } from './kept-attempt.js';
import { rendererVersion } from './render-body.js';
import { fetchNotification } from './routed-notification.js';

/** A connector that was changed more often than this needs more than one page of its history. */
const historyPage = 200;

/** What a past attempt sent, made once more from the log, beside what was recorded of it. */
export interface ReplayedAttempt {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly connectorVersion: number;
  readonly renderer: string;
  readonly recorded: {
    readonly method: string;
    readonly url: string;
    readonly bodySha256: string;
    readonly bodyBytes: number;
  };
  readonly replayed: {
    readonly method: string;
    readonly url: string;
    readonly body: string;
    readonly bodySha256: string;
    readonly bodyBytes: number;
  };
  /** True when the bytes that come out of the log today are those that were sent. */
  readonly same: boolean;
  /** What makes the comparison worth less; empty when nothing does. */
  readonly notes: readonly string[];
}

/**
 * Renders the request of a past attempt again, from the notification, and from the connector as `AttemptStarted` pinned it; nothing is
 * sent. A retry, and a redelivery of the same bytes, sent what an earlier attempt rendered: it is rendered as that one did. Of an attempt
 * with several requests the last one is compared; the recorded answers lead to it. Refuses an attempt that sent nothing, and one whose
 * payload was shredded.
 */
export class ReplayAttempt {
  constructor(
    private readonly parts: Pick<CarryOutParts, 'engine' | 'nowMs'> & {
      readonly nc: NatsConnection;
      readonly log: Log;
    },
  ) {}

  async replay(tenant: string, events: readonly RecordedEvent[], number: number | undefined): Promise<ReplayedAttempt> {
    const { begun, kept } = attemptOf(tenant, events, number);
    const rendered = await this.render(tenant, renderingOf(events, begun), events);
    const job = { ...this.jobAt(events, begun), rendered, remembered: kept.remembered ?? null };
    // The body stands; what it is sent with is that of the attempt.
    const again = { ...job, state: { ...job.state, mode: 'same-bytes' as const } };
    const connector = await this.connectorAt(tenant, job.connectorId, begun.connectorVersion);
    const carried = await carryOut(again, connector, this.partsFor(kept));
    const request = carried.kind === 'tried' ? carried.conversation.request : null;
    if (request === null)
      throw new Refused('payload_shredded', 'The request cannot be made again: its payload or its template is gone.');
    const { method, url, bodySha256, bodyBytes } = kept.request;
    const notes = [
      ...(begun.renderer === rendererVersion
        ? []
        : [`it was rendered by version ${begun.renderer}, now there is ${rendererVersion}`]),
      ...(request.method === method ? [] : [`it was a ${method}, and is a ${request.method} now`]),
    ];
    return {
      deliveryId: begun.deliveryId,
      attempt: begun.number,
      connectorVersion: begun.connectorVersion,
      renderer: begun.renderer,
      recorded: { method, url, bodySha256, bodyBytes },
      replayed: {
        method: request.method,
        url: request.url,
        body: request.body,
        bodySha256: request.bodySha256,
        bodyBytes: request.bodyBytes,
      },
      same: request.method === method && request.bodySha256 === bodySha256 && sha256(kept.request.body) === bodySha256,
      notes,
    };
  }

  /** What the template of then makes of the notification, at the moment at which the attempt began that rendered it. */
  private async render(tenant: string, begun: Begun, events: readonly RecordedEvent[]): Promise<KeptRendering> {
    const job = this.jobAt(events, begun);
    const connector = await this.connectorAt(tenant, job.connectorId, begun.connectorVersion);
    const carried = await carryOut(job, connector, this.partsFor(null));
    const rendered = carried.kind === 'tried' ? openKeptAttempt(carried.sealedText).rendered : undefined;
    if (rendered === undefined)
      throw new Refused('payload_shredded', 'The request cannot be made again: its payload or its template is gone.');
    return rendered;
  }

  /** The delivery as it was when an attempt had begun, with nothing rendered. */
  private jobAt(events: readonly RecordedEvent[], { deliveryId, started }: Begun) {
    const job = jobFrom(deliveryId, events.slice(0, started + 1));
    if (job === null || job.state.status !== 'attempting')
      throw new Refused('delivery_unknown', 'There is no such attempt.');
    // The deadline of then is over; nothing here waits for anybody.
    const attempt = { ...job.state.attempt, deadline: new Date(this.parts.nowMs() + 60_000).toISOString() };
    return { ...job, rendered: null, state: { ...job.state, attempt } };
  }

  private partsFor(kept: KeptSent | null): CarryOutParts {
    return {
      engine: this.parts.engine,
      secretsOf: () => Promise.resolve({}),
      send: () => sendNothing(kept),
      fetchNotification: (of) => fetchNotification(of, this.parts.nc, this.parts.log),
      nowMs: this.parts.nowMs,
    };
  }

  /** The connector as registry's log says it was at a version. */
  private async connectorAt(tenant: string, id: string, version: number): Promise<Connector> {
    const events: LogEvent[] = [];
    let cursor: string | null = null;
    do {
      const input: object = { id, limit: historyPage, ...(cursor === null ? {} : { cursor }) };
      const page: { items: LogEvent[]; nextCursor: string | null } = await ask(
        this.parts.nc,
        rpcSubject('registry', tenant, 'connectors.history'),
        input,
      );
      events.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    const connector = events
      .filter((event) => event.version <= version)
      .sort((a, b) => a.version - b.version)
      .reduce<Connector | undefined>((before, event) => foldConnector(before, event) ?? before, undefined);
    if (connector === undefined)
      throw new Refused('connector_unknown', `Version ${version} of ${id} is not in the log of registry.`);
    // As the mirror had it, which could keep no other.
    return storableValue(connector);
  }
}

interface Begun {
  readonly deliveryId: string;
  readonly number: number;
  readonly connectorVersion: number;
  readonly renderer: string;
  /** Index of `AttemptStarted`. */
  readonly started: number;
}

type KeptSent = KeptAttempt & { readonly request: NonNullable<KeptAttempt['request']> };

/** The attempt of a number, or the last one that sent something. */
function attemptOf(
  tenant: string,
  events: readonly RecordedEvent[],
  wanted: number | undefined,
): { begun: Begun; kept: KeptSent } {
  if (events[0] === undefined || events[0].tenant !== tenant)
    throw new Refused('delivery_unknown', 'There is no such delivery.');
  for (const begun of attemptsOf(events).toReversed()) {
    if (wanted !== undefined && begun.number !== wanted) continue;
    const kept = keptOf(events, begun);
    if (kept === shredded) throw new Refused('payload_shredded', 'What this attempt sent was shredded.');
    if (kept?.request) return { begun, kept: kept as KeptSent };
  }
  throw new Refused('not_found', 'There is no such attempt that sent something.', '/attempt');
}

/** The attempt whose rendering another one sent: a retry and a redelivery of the same bytes send that of an earlier one. */
function renderingOf(events: readonly RecordedEvent[], sent: Begun): Begun {
  const before = attemptsOf(events).filter(({ number }) => number <= sent.number);
  const found = before.toReversed().find((begun) => {
    const kept = keptOf(events, begun);
    return kept !== shredded && kept?.rendered !== undefined;
  });
  return found ?? sent;
}

function attemptsOf(events: readonly RecordedEvent[]): Begun[] {
  const deliveryId = events[0]?.data['deliveryId'] as string;
  return events.flatMap(({ type, data }, started) => {
    if (type !== 'AttemptStarted') return [];
    const { number, connectorVersion, renderer } = data as unknown as Omit<Begun, 'deliveryId' | 'started'>;
    return [{ deliveryId, number, connectorVersion, renderer, started }];
  });
}

/** What is sealed beside the outcome of an attempt; null while it has none. */
function keptOf(events: readonly RecordedEvent[], { started }: Begun): KeptAttempt | null | typeof shredded {
  const attemptId = events[started]?.data['attemptId'];
  const outcome = events.find((other, at) => at > started && other.data['attemptId'] === attemptId);
  if (outcome?.sealed === shredded) return shredded;
  return typeof outcome?.sealed === 'string' ? openKeptAttempt(outcome.sealed) : null;
}

/** Answers what was answered then, and to the last request as if nobody were there: the room ends after it. */
function sendNothing(kept: KeptSent | null): Send {
  const answers = [...(kept?.before ?? [])];
  return (request) => {
    const isHttp = request.kind === 'http';
    const answer: Answer = answers.shift() ?? {
      kind: 'none', code: 'replayed', message: 'Nothing was sent.', sent: false, retry: 'never', atMs: 0,
    }; // prettier-ignore
    return Promise.resolve({
      answer,
      timingsMs: {},
      shown: {
        method: isHttp ? request.method : (kept?.request.method ?? 'SMTP'),
        // A version of the connector that was saved before credentials were taken out of its URL still has them.
        url: isHttp ? urlWithMasks(request.url) : (kept?.request.url ?? ''),
        headers: {},
      },
      allowEntry: null,
    });
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
