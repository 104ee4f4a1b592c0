import { createHash } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { ask } from '@waybill/bus/ask';
import type { LogEvent } from '@waybill/contracts/log-event';
import { rpcSubject } from '@waybill/contracts/subjects';
import { Refused } from '@waybill/decider/decider';
import { type RecordedEvent, shredded } from '@waybill/event-log/log';
import type { Log } from '@waybill/service-kit/logger';
import type { JqEngine } from '@waybill/template/jq-engine';
import { jobFrom } from '../handle-delivery.js';
import { type Connector, foldConnector } from '../work/connectors.js';
import { carryOut } from './carry-out.js';
import type { Send } from './converse.js';
import { type KeptAttempt, openKeptAttempt } from './kept-attempt.js';
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
  readonly recorded: { readonly bodySha256: string; readonly bodyBytes: number };
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
 * sent. Refuses an attempt that sent nothing, and one whose payload was shredded. Of an attempt with several requests the first one that
 * the recorded answers do not lead past is compared.
 */
export class ReplayAttempt {
  constructor(private readonly parts: { readonly nc: NatsConnection; readonly engine: JqEngine; readonly log: Log }) {}

  async replay(tenant: string, events: readonly RecordedEvent[], number: number | undefined): Promise<ReplayedAttempt> {
    const { begun, kept, started } = attemptOf(tenant, events, number);
    const job = jobFrom(begun.deliveryId, events.slice(0, started + 1));
    if (job === null || job.state.status !== 'attempting')
      throw new Refused('delivery_unknown', 'There is no such attempt.');
    const connector = await this.connectorAt(tenant, job.connectorId, begun.connectorVersion);
    // The deadline of then is over; nothing here waits for anybody.
    const attempt = { ...job.state.attempt, deadline: new Date(Date.now() + 60_000).toISOString() };
    const again = { ...job, rendered: null, state: { ...job.state, attempt } };
    const carried = await carryOut(again, connector, {
      engine: this.parts.engine,
      secretsOf: () => Promise.resolve({}),
      send: () => sendNothing(kept),
      fetchNotification: (of) => fetchNotification(of, this.parts.nc, this.parts.log),
    });
    const request = carried.kind === 'tried' ? carried.conversation.request : null;
    if (request === null)
      throw new Refused('payload_shredded', 'The request cannot be made again: its payload or its template is gone.');
    const { bodySha256, bodyBytes } = kept.request;
    return {
      deliveryId: begun.deliveryId,
      attempt: begun.number,
      connectorVersion: begun.connectorVersion,
      renderer: begun.renderer,
      recorded: { bodySha256, bodyBytes },
      replayed: {
        method: request.method,
        url: request.url,
        body: request.body,
        bodySha256: request.bodySha256,
        bodyBytes: request.bodyBytes,
      },
      same: request.bodySha256 === bodySha256 && sha256(kept.request.body) === bodySha256,
      notes:
        begun.renderer === rendererVersion
          ? []
          : [`it was rendered by version ${begun.renderer}, now there is ${rendererVersion}`],
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
    return connector;
  }
}

interface Begun {
  readonly deliveryId: string;
  readonly number: number;
  readonly connectorVersion: number;
  readonly renderer: string;
}

/** The attempt of a number, or the last one that sent something. */
function attemptOf(tenant: string, events: readonly RecordedEvent[], wanted: number | undefined) {
  const first = events[0];
  if (first === undefined || first.tenant !== tenant)
    throw new Refused('delivery_unknown', 'There is no such delivery.');
  const deliveryId = first.data['deliveryId'] as string;
  for (let at = events.length - 1; at >= 0; at -= 1) {
    const event = events[at] as RecordedEvent;
    if (event.type !== 'AttemptStarted' || (wanted !== undefined && event.data['number'] !== wanted)) continue;
    const { attemptId, number, connectorVersion, renderer } = event.data as unknown as Begun & { attemptId: string };
    const outcome = events.find((other) => other.data['attemptId'] === attemptId && other.type !== 'AttemptStarted');
    if (outcome?.sealed === shredded) throw new Refused('payload_shredded', 'What this attempt sent was shredded.');
    const kept = typeof outcome?.sealed === 'string' ? openKeptAttempt(outcome.sealed) : null;
    if (kept?.request)
      return { begun: { deliveryId, number, connectorVersion, renderer }, kept: kept as KeptSent, started: at };
  }
  throw new Refused('not_found', 'There is no such attempt that sent something.', '/attempt');
}

type KeptSent = KeptAttempt & { readonly request: NonNullable<KeptAttempt['request']> };

/** Shows what would be sent, and answers as if nobody were there: the room ends after the first request. */
function sendNothing(kept: KeptSent): Send {
  return (request) => {
    const isHttp = request.kind === 'http';
    return Promise.resolve({
      answer: { kind: 'none', code: 'replayed', message: 'Nothing was sent.', sent: false, retry: 'never', atMs: 0 },
      timingsMs: {},
      shown: {
        method: isHttp ? request.method : kept.request.method,
        url: isHttp ? request.url : kept.request.url,
        headers: {},
      },
      allowEntry: null,
    });
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
