import { randomBytes } from 'node:crypto';
import { timeStampRequest, verifyTimeStamp } from '@waybill/event-log/time-stamp';

export interface AuthorityOptions {
  /** Where it answers `application/timestamp-query`. */
  readonly url: string;
  /** Root certificates (PEM) that its own must lead to: a stamp that no auditor will believe is not worth keeping. */
  readonly roots: string;
}

const answerWaitMs = 10_000;
/** A token with its certificates has some kilobytes. */
const answerBytesMax = 65_536;
const nonceBytes = 16;

/** A time stamp authority (RFC 3161 over HTTP, section 3.4). */
export interface TimeStampAuthority {
  /** Its answer about a note, checked as an auditor will check it; rejects with what is wrong. */
  stamp(note: string): Promise<Buffer>;
}

export function timeStampAuthority({ url, roots }: AuthorityOptions): TimeStampAuthority {
  return {
    async stamp(note) {
      const text = Buffer.from(note);
      const nonce = randomBytes(nonceBytes);
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
        body: new Uint8Array(timeStampRequest(text, nonce)),
        signal: AbortSignal.timeout(answerWaitMs),
        redirect: 'error',
      });
      if (!response.ok) throw new Error(`the time stamp authority answers ${response.status}`);
      const answer = await boundedBody(response);
      verifyTimeStamp(answer, text, roots, { nonce });
      return answer;
    },
  };
}

async function boundedBody(response: Response): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > answerBytesMax) throw new Error(`the time stamp authority answers more than ${answerBytesMax} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
