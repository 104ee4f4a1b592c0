import type { HttpAnswer, NoAnswer, Sending } from './target.js';

/** A first attempt of one delivery, for specs and the documents; each caller replaces what its case is about. */
export function exampleSending(over: Partial<Sending> = {}): Sending {
  return {
    config: {},
    secretNames: [],
    body: '{"text":"Brute force attempt from 1.2.3.4"}',
    deliveryId: 'dlv_01jd8xkq3vfb7sz3tm8v0q9k4n',
    webhookId: 'dlv_01jd8xkq3vfb7sz3tm8v0q9k4n',
    notificationType: 'incident',
    correlationKey: null,
    act: 'trigger',
    attempt: 1,
    afterUnknown: false,
    remembered: null,
    ...over,
  };
}

/** Tuesday 24 November 2026, 06:00:00 UTC. */
export const exampleAtMs = Date.UTC(2026, 10, 24, 6);

export function httpAnswer(status: number, body = '', headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { kind: 'http', status, headers, body, bodyTruncated: false, atMs: exampleAtMs };
}

/** As the target's own JSON, in the spelling of its documents. */
export function jsonAnswer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return httpAnswer(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
}

export function noAnswer(code: string, sent: boolean, retry: 'later' | 'never' = 'later'): NoAnswer {
  return { kind: 'none', sent, code, message: code, retry, atMs: exampleAtMs };
}
