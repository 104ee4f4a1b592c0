import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { logEventBytesMax } from '@waybill/contracts/log-event';
import type { Answer } from '@waybill/contracts/sending/request';
import type { Act } from '@waybill/targets/act';
import type { Receipt } from '@waybill/targets/outcome';
import type { Conversation, KeptRequest } from './converse.js';

/** What is sealed beside `DeliveryDelivered` and `AttemptFailed`: everything that came out of the payload or from the target. */
export interface KeptAttempt {
  readonly request: KeptRequest | null;
  readonly response: KeptResponse | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** What the template gave; a retry sends it again. Kept with the first attempt of a rendering only. */
  readonly rendered?: KeptRendering | undefined;
  /** What the target answered before the last request; absent where there was one request only. */
  readonly before?: readonly Answer[] | undefined;
  /** What the deliveries of the same thing had left behind, with which this one went on; absent where there was nothing. */
  readonly remembered?: Receipt | undefined;
}

/** What was made of the payload once: with it a retry needs neither the template nor the payload. */
export interface KeptRendering {
  readonly body: string;
  readonly missing: readonly string[];
  readonly type: string;
  readonly correlationKey: string | null;
  readonly act: Act;
}

export type KeptResponse =
  | {
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly bodyTruncated: boolean;
    }
  | {
      readonly recipients: readonly {
        readonly stage: string;
        readonly recipient: string;
        readonly code: number | null;
        readonly text: string;
        readonly outcome: string;
      }[];
    };

/** UTF-8 bytes of the text that is sealed for one attempt; the rest of an event is for what stands beside it in clear: receipt, notes, times. */
export const keptBytesMax = logEventBytesMax - 64 * 1024;
/** What a packed text may unpack to: a mail of the largest rendering, with every sign an entity. */
const unpackedBytesMax = 16 * 1024 * 1024;

/**
 * The text that is sealed for one attempt. Where the target sends the rendering as it is, its bytes are written once: they are most of the text.
 * A text that would not go into an event is packed: bodies of 272 KiB may be two, and a quote or a backslash in them takes two bytes here. An outcome
 * that no event can hold would never be recorded, and the request made again and again: the text is never longer than `keptBytesMax`.
 */
export function keptAttemptText(
  conversation: Conversation,
  rendered: KeptAttempt['rendered'],
  remembered: Receipt | null = null,
): string {
  const { request, before } = conversation;
  const asSent = rendered !== undefined && request?.body === rendered.body;
  const text = JSON.stringify({
    request,
    response: responseOf(conversation.answer),
    error: errorOf(conversation.answer),
    rendered: asSent ? { ...rendered, body: null } : rendered,
    // A replay goes the same way only with the same answers and the same memory.
    before: before.length === 0 ? undefined : before,
    remembered: remembered ?? undefined,
  });
  const isLong = text.length * 3 > keptBytesMax && Buffer.byteLength(text) > keptBytesMax;
  if (!isLong) return text;
  const packed = JSON.stringify({ packed: pack(text) });
  return packed.length <= keptBytesMax ? packed : shortened(conversation);
}

/** Brotli, because its window is wider than a body: the second of two that are nearly the same costs next to nothing. */
function pack(text: string): string {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 22 };
  return brotliCompressSync(text, { params }).toString('base64');
}

function unpack(packed: string): string {
  return brotliDecompressSync(Buffer.from(packed, 'base64'), { maxOutputLength: unpackedBytesMax }).toString('utf8');
}

/** UTF-16 units of a request's body that are kept where not even the packed text goes into an event; as JSON at most six times as many bytes. */
const shortBodyLength = 32 * 1_024;

/**
 * What is left then: the beginning of the request's body, of which length and hash still tell what was sent, and the last answer. A retry makes
 * the rendering anew.
 */
function shortened({ request, answer }: Conversation): string {
  const short = request && { ...request, body: request.body.slice(0, shortBodyLength) };
  return JSON.stringify({ request: short, response: responseOf(answer), error: errorOf(answer) });
}

/** Reads what `keptAttemptText` wrote. */
export function openKeptAttempt(text: string): KeptAttempt {
  const parsed = JSON.parse(text) as { packed?: string };
  const kept = (parsed.packed === undefined ? parsed : JSON.parse(unpack(parsed.packed))) as KeptAttempt & {
    rendered?: { body: string | null };
  };
  if (kept.rendered?.body !== null) return kept;
  return { ...kept, rendered: { ...kept.rendered, body: kept.request?.body ?? '' } };
}

/** The answer as contract.md shows it; null where the target did not answer. */
export function responseOf(answer: Answer | null): KeptResponse | null {
  if (answer?.kind === 'http') {
    const { status, headers, body, bodyTruncated } = answer;
    return { status, headers, body, bodyTruncated };
  }
  return answer?.kind === 'mail' ? { recipients: answer.recipients } : null;
}

/** Why there is no answer; null where there is one. */
export function errorOf(answer: Answer | null): KeptAttempt['error'] {
  return answer?.kind === 'none' ? { code: answer.code, message: answer.message } : null;
}
