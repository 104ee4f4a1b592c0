import type { Egress } from '@waybill/egress/egress';
import type { Send } from './converse.js';

/** Sends a target's request through the one door out, with the secrets of one connector. */
export const sendThrough =
  (egress: Egress) =>
  (secrets: Readonly<Record<string, string>>): Send =>
  async (request, timeoutMs) => {
    const { answer, timingsMs, sentRequest, allowEntry } =
      request.kind === 'http'
        ? await egress.sendHttp(request, secrets, { timeoutMs })
        : await egress.sendMail(request, secrets, { timeoutMs });
    return { answer, timingsMs: { ...timingsMs }, shown: sentRequest, allowEntry };
  };
