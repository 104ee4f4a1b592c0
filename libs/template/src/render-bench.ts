import { parseJson } from '@waybill/contracts/payload/json-text';
import type { JqEngine } from './jq-engine.js';
import { renderJson, renderTemplate } from './render.js';

/** Of the size and shape of an incident default template: thirteen tags, lists and nested paths, one whole value. */
const template = JSON.stringify({
  text: '{{incident.summary}}',
  blocks: [
    { type: 'header', text: { type: 'plain_text', text: '{{incident_threat_rating}}: {{incident.summary}}' } },
    { type: 'section', text: { type: 'mrkdwn', text: '{{incident.description}}' } },
    {
      type: 'section',
      text: {
        type: 'mrkdwn',
        text: '*Recommendations*\n{{incident.recommendations}}{{^incident.recommendations}}none{{/incident.recommendations}}',
      },
    },
    {
      type: 'context',
      elements: [
        {
          type: 'mrkdwn',
          text: 'ID {{humanFriendlyId}} | Customer {{customer}} | Deployment {{deployment}} | {{createtime_str}} | {{extra.location_ip}}',
        },
      ],
    },
    {
      type: 'actions',
      elements: [
        {
          type: 'button',
          text: { type: 'plain_text', text: 'Open' },
          url: '{{extra.incidentUrl}}',
          value: '{{accountId}}',
        },
      ],
    },
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

const jqProgram = `{
  summary: .incident.summary,
  description: ("Customer: " + .customer + "\\n\\n" + .incident.description),
  severity: (if .incident_threat_rating == "Critical" or .incident_threat_rating == "High" then "1" elif .incident_threat_rating == "Medium" then "2" else "3" end),
  addresses: (.extra.location_ip | join(", "))
}`;

/**
 * Renders one incident `renders` times with jq, `programs` different programs in turn and `atOnce` at a time, and answers how many a second.
 * Runs of one program that wait together share jq's start, so one program is faster than many.
 */
export async function jqBench(
  engine: JqEngine,
  payloadText: string,
  nowMs: () => number,
  { renders = 4000, programs = 1, atOnce = 128 } = {},
): Promise<RenderBench> {
  const payload = parseJson(payloadText);
  const bodies = Array.from({ length: programs }, (_, number) => `# ${number}\n${jqProgram}`);
  const renderSome = async (from: number): Promise<number> => {
    let bytes = 0;
    for (let run = from; run < renders; run += atOnce) {
      bytes = (await renderTemplate({ format: 'jq', body: bodies[run % programs] as string }, payload, { engine })).text
        .length;
    }
    return bytes;
  };
  // jq itself is compiled to faster code while it runs.
  for (let warm = 0; warm < 300; warm++) await renderTemplate({ format: 'jq', body: jqProgram }, payload, { engine });
  const start = nowMs();
  const [bytes] = await Promise.all(Array.from({ length: atOnce }, (_, from) => renderSome(from)));
  return { rendersPerSecond: Math.round(renders / ((nowMs() - start) / 1000)), renders, bytesEach: bytes ?? 0 };
}
