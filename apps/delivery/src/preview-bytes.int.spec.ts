import { builtInTypes } from '@waybill/contracts/notification-types/built-in-types';
import type { ReceivedItem } from '@waybill/receivers/client';
import { agentSecrets, receiverConnectors, receiverOf, routingKey } from './receiver-connectors.spec.js';
import { RunningDelivery } from './running-delivery.spec.js';

type Shown = Readonly<{ request: Readonly<{ method: string; body: string }> }>;

/** Takes something of any payload, and of what a JSON encoder could write in more than one way. */
const words = String.raw`([.. | strings | select(test("\\S"))] | first // "none" | gsub("\\s+"; " ") | .[0:80])`;
const odd = String.raw`"é \"quoted\" \\ </script> \u2028 😀"`;
const adf = `{type: "doc", version: 1, content: [{type: "paragraph", content: [{type: "text", text: ${odd}}]}]}`;
const jqOf: Readonly<Record<string, string>> = {
  jira: `{fields: {summary: ${words}, issuetype: {name: "Task"}, description: ${adf}}}`,
  'jira-service-management': `{requestFieldValues: {summary: ${words}, description: ${odd}}}`,
  servicenow: `{short_description: ${words}, description: ${odd}, urgency: "2"}`,
  teams: `{type: "message", attachments: [{contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null,
    content: {type: "AdaptiveCard", version: "1.4", body: [{type: "TextBlock", text: ${words}}, {type: "TextBlock", text: ${odd}}]}}]}`,
  slack: `{text: ${words}, blocks: [{type: "section", text: {type: "plain_text", text: ${odd}}}]}`,
  pagerduty: `{event_action: "trigger", payload: {summary: ${words}, severity: "info", source: "soc", custom_details: {odd: ${odd}, n: 1.50}}}`,
  webhook: `{all: ., odd: ${odd}, n: 12345678901234567890}`,
  email: `{subject: ${words}, markdown: ("# Odd\\n\\n" + ${odd})}`,
};

describe("the preview's body is the body that is sent", () => {
  let delivery: RunningDelivery;
  let number = 0;

  beforeAll(async () => {
    delivery = await RunningDelivery.start();
    await delivery.serve();
    await delivery.received.option('jira', 'searchDelayMs', 0);
    await delivery.received.option('jira', 'perSecond', 0);
    await delivery.received.option('slack', 'perSecond', 0);
  }, 60_000);
  afterAll(() => delivery?.stop());
  beforeEach(() => delivery.received.clear());

  const rows = Object.keys(jqOf).flatMap((target) =>
    builtInTypes.flatMap(({ type, sample }) =>
      (['json', 'jq'] as const).map((format) => [target, type, format, sample] as const),
    ),
  );

  it.each(rows)('%s, %s, %s', async (target, type, format, sample) => {
    number += 1;
    const word = `p${number}`;
    const given = receiverConnectors(delivery.receivers, word).find((one) => one.target === target);
    if (given === undefined) throw new Error(`no connector to ${target}`);
    const payload = { ...sample, incidentId: `INC-${number}`, customer_status: { status: 'open' } };
    const template = { format: 'jq' as const, body: jqOf[target] ?? '' };
    const templates = format === 'json' ? {} : { [type]: template };
    const { config } = given;
    const shown = await delivery.ask<Shown>('render', {
      target,
      config,
      type,
      payload,
      ...(format === 'json' ? {} : { template }),
    });
    const connectorId = await delivery.connector(number, { ...given, templates });
    await delivery.route(number, [connectorId], { type, payload });
    const delivered = await delivery.until(number, 'delivered');
    expect(delivered.attempts).toHaveLength(1);
    const [item, ...more] = await delivery.received.received({ target: receiverOf(target) });
    expect(more).toEqual([]);
    if (item === undefined) throw new Error('nothing arrived');
    expect(sentOf(target, item)).toEqual(shownOf(target, shown));
    expect(item.body).not.toContain(agentSecrets.apiToken);
  });

  it('a person sees each of them on the page of the receivers, and nothing of the data as markup', async () => {
    await delivery.received.reset();
    const hostile = '<script>alert(1)</script><img src=x onerror=alert(2)>';
    const payload = {
      incidentId: 'INC-view',
      incident: { summary: `Seen ${hostile}`, description: `Twice ${hostile}`, threatRating: 'High' },
      customer_status: { status: 'open' },
    };
    const all = receiverConnectors(delivery.receivers, 'view');
    const ids = await Promise.all(all.map((given, at) => delivery.connector(900 + at, given)));
    await delivery.route(900, ids, { type: 'incident', payload });
    await delivery.eventually(
      () => delivery.deliveriesOf(900),
      (rows) => rows.length === all.length && rows.every(({ status }) => status === 'delivered'),
    );
    const page = await (await fetch(`${delivery.receivers.httpUrl}/_view`)).text();
    const sections = page.split('<h2>').slice(1);
    const titles = ['Slack', 'Teams', 'PagerDuty', 'Jira', 'Jira Service Management', 'ServiceNow incident', 'Mail'];
    for (const title of titles) {
      const section = sections.find((one) => one.startsWith(`${title} (1)</h2>`));
      expect([title, section?.includes('Seen '), /alert[^a-z]{1,6}1/.test(section ?? '')]).toEqual([title, true, true]);
    }
    const arrived = sections.find((one) => one.startsWith('Everything that arrived'));
    expect(arrived?.split('<td>webhook</td>')[1]).toContain('INC-view');
    // Every tag of the page is one of its own, without a handler.
    const tags = new Set([...page.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/^<\/?([a-z0-9]+).*$/is, '$1')));
    expect([...tags].sort()).not.toContain('script');
    expect([...tags].sort()).not.toContain('img');
    expect(page).not.toMatch(/<[^>]* on[a-z]+=/i);
  });
});

/** What names the delivery itself cannot stand in a preview; all else is compared byte for byte. */
const nameless = (body: string): string => body.replace(/(waybill-|dlv_)[0-9a-z_]{20,}/g, '‹delivery›');
const flat = (text: string | undefined): string => (text ?? '').replace(/\r\n/g, '\n').trim();

function shownOf(target: string, { request }: Shown): unknown {
  if (target !== 'email') return [request.method, nameless(request.body.replace('⟦secret:routingKey⟧', routingKey))];
  const { subject, text, html } = JSON.parse(request.body) as Record<'subject' | 'text' | 'html', string>;
  return [flat(subject), flat(text), flat(html)];
}

const sentOf = (target: string, { method, body, subject, text, html }: ReceivedItem): unknown =>
  target === 'email' ? [flat(subject), flat(text), flat(html)] : [method, nameless(body)];
