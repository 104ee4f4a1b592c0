import { meaningOfEvent } from '@waybill/contracts/codes/event-types';
import { refusalCodes } from '@waybill/contracts/codes/refusal-codes';
import type { ConnectorBanner } from '@waybill/contracts/http/connector-banner';
import type { Refusal, Why } from '@waybill/contracts/http/why';
import { reasonInWords } from './explain-delivery.js';

type Step = Why['steps'][number];

/** An event of a connector's or subscription's history, as far as a step tells it. */
export interface HistoryEvent {
  readonly log: string;
  readonly position: number;
  readonly type: string;
  readonly at: string;
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The history of something that is managed, oldest first: what was done, by whom, and why where somebody said so. */
export function stepsOfHistory(newestFirst: readonly HistoryEvent[]): Step[] {
  return newestFirst.toReversed().map(({ log, position, type, at, actor, data }) => {
    const meaning = meaningOfEvent(log, type)?.replace(/[.:;].*$/s, '') ?? `${type} was recorded`;
    const reason = typeof data['reason'] === 'string' ? ` Reason: ${reasonInWords(data['reason'])}.` : '';
    const changed = Array.isArray(data['changed']) ? ` Changed: ${data['changed'].join(', ')}.` : '';
    return { at, words: `${meaning}, by ${actor}.${changed}${reason}`, log, position };
  });
}

/** What is known against a connector, in sentences; none where nothing is. */
export function wordsOfBanner(banner: ConnectorBanner | null): string[] {
  if (banner === null) return ['How its deliveries go cannot be told now.'];
  const { paused, failing, givenUp } = banner;
  const said: string[] = [];
  if (givenUp !== null)
    said.push(
      `It was given up at ${givenUp.at}: ${givenUp.words} The last attempt ended as ${reasonInWords(givenUp.reason)}${ofDelivery(givenUp)}.`,
    );
  if (failing !== null)
    said.push(
      `It has been failing since ${failing.since}, last with ${reasonInWords(failing.reason)}${ofDelivery(failing)}.`,
    );
  if (paused !== null) said.push(`Nothing is sent before ${paused.until}, because of ${reasonInWords(paused.reason)}.`);
  return said;
}

/** What stands against the connector of something that waits for it, in sentences; none where it only has to take its turn. */
export function wordsOfWait(connector: string, banner: ConnectorBanner | null): string[] {
  return banner === null ? [] : wordsOfBanner(banner).map((words) => `Connector ${connector}: ${words}`);
}

const ofDelivery = ({ deliveryId }: { readonly deliveryId: string | null }): string =>
  deliveryId === null ? '' : ` (delivery ${deliveryId})`;

/** Why a notification was refused. */
export function explainRefusal(refusal: Refusal): Why {
  const { id, code, detail, pointer, sourceId, source, type, refusedAt, refusedBy, log, position } = refusal;
  const meanings: Readonly<Record<string, string>> = refusalCodes;
  const which =
    sourceId === null ? 'A notification' : `The notification ${sourceId}${source === null ? '' : ` of ${source}`}`;
  const ofType = type === null ? '' : ` of type ${type}`;
  const where = pointer === null || pointer === '' ? '' : ` The place is ${pointer}.`;
  const words = `${which}${ofType} was refused with ${code}: ${detail}${where} ${meanings[code] ?? ''} It is not recorded as a notification and went to nobody; mended, it may be published again under the same id.`;
  const step = {
    at: refusedAt,
    words: `It came from ${refusedBy} and was refused with ${code}: ${detail}`,
    log,
    position,
  };
  return { id, kind: 'refusal', words: words.replace(/ {2,}/g, ' '), steps: [step], data: { refusal } };
}
