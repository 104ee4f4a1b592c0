import { parseJson } from '@waybill/contracts/payload/json-text';
import { renderJson } from './render.js';

/** Of the size and shape of an incident default template: thirteen tags, lists and nested paths, one whole value. */
const template = JSON.stringify({
  text: '{{incident.summary}}',
  blocks: [
    { type: 'header', text: { type: 'plain_text', text: '{{incident_threat_rating}}: {{incident.summary}}' } },
    { type: 'section', text: { type: 'mrkdwn', text: '{{incident.description}}' } },
    { type: 'section', text: { type: 'mrkdwn', text: '*Recommendations*\n{{incident.recommendations}}{{^incident.recommendations}}none{{/incident.recommendations}}' } },
    { type: 'context', elements: [{ type: 'mrkdwn', text: 'ID {{humanFriendlyId}} | Customer {{customer}} | Deployment {{deployment}} | {{createtime_str}} | {{extra.location_ip}}' }] },
    { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Open' }, url: '{{extra.incidentUrl}}', value: '{{accountId}}' }] },
  ],
  raw: { $value: 'attacker' },
});

export interface RenderBench {
  readonly rendersPerSecond: number;
  readonly renders: number;
  readonly bytesEach: number;
}

/**
 * Renders one incident `renders` times on this thread after a warm-up and answers how many a second. The caller hands in the payload's text
 * and a clock in milliseconds: this lib has none.
 */
export function renderBench(payloadText: string, nowMs: () => number, renders = 200_000): RenderBench {
  const payload = parseJson(payloadText);
  const options = { escape: { otherwise: 'slack-mrkdwn', keys: { url: 'none' } } } as const;
  let bytes = 0;
  for (let warm = 0; warm < 20_000; warm++) bytes = renderJson(template, payload, options).text.length;
  const start = nowMs();
  let total = 0;
  for (let done = 0; done < renders; done++) {
    const { text } = renderJson(template, payload, options);
    // Reading a character makes V8 join the pieces, which the sender of the text would pay for otherwise.
    total += text.charCodeAt(text.length - 1) > 0 ? text.length : 0;
  }
  const seconds = (nowMs() - start) / 1000;
  if (total !== bytes * renders) throw new Error('renderings of one payload differ');
  return { rendersPerSecond: Math.round(renders / seconds), renders, bytesEach: bytes };
}
