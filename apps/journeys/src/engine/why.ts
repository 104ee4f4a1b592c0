import { eventTypes } from '@waybill/contracts/codes/event-types';
import { meaningOfReason } from '@waybill/contracts/codes/end-reasons';
import { refusalCodes } from '@waybill/contracts/codes/refusal-codes';
import type { Delivery } from '@waybill/contracts/http/deliveries';
import type { ExplainedThenList, Why } from '@waybill/contracts/http/why';
import { notificationSubject, refusedSubject } from '@waybill/contracts/subjects';
import { NatsText } from '../nats-text.js';
import type { Stage } from '../stage.js';
import { hold, type Promised, same } from '../story.js';
import { tenantOf, Trial } from './trial.js';

/** Point 3 as well: whoever asks why is told, of anything, out of the log. */
export function why(stage: Stage): readonly Promised[] {
  return [
    {
      says: '3 why says of every subscription why it did not match, as it stood then, whatever was changed since',
      holds: () => nobody(stage),
    },
    { says: '3 why tells a suppressed notification by the window that held it', holds: () => suppressed(stage) },
    { says: '3 a refused message has an id, told with the refusal, that why explains', holds: () => refused(stage) },
    { says: '3 why answers 404 to another tenant, and explains what was deleted', holds: () => foreign(stage) },
    { says: '3 every event on record fits its listed type, and every reason is listed', holds: () => listed(stage) },
  ];
}

/** The explanation with all of its pages: a tenant may have more subscriptions than one holds. */
async function whyOf(stage: Stage, id: string): Promise<Why> {
  const why = await stage.api.get<Why>(`/v1/why/${id}`);
  const all = (why.data as { subscriptions?: ExplainedThenList }).subscriptions;
  while (all !== undefined && all.nextCursor !== null) {
    const next = thenOf(await stage.api.get<Why>(`/v1/why/${id}?cursor=${encodeURIComponent(all.nextCursor)}`));
    all.items.push(...next.items);
    all.madeLater += next.madeLater;
    all.deletedBefore += next.deletedBefore;
    all.agrees = all.agrees === true && next.agrees === true;
    all.nextCursor = next.nextCursor;
  }
  return why;
}

const thenOf = ({ data }: Why): ExplainedThenList => (data as { subscriptions: ExplainedThenList }).subscriptions;

/** Four subscriptions that do not match, each for another reason; then everything about them is changed. */
async function nobody(stage: Stage): Promise<string> {
  const { api } = stage;
  const type = `nobody-${Date.now()}`;
  const connector = await Trial.open(stage, 'nobody');
  const make = (more: object) =>
    api.post<{ id: string; position: number; version: number }>('/v1/subscriptions', { name: type, connectorIds: [connector.connectorId], types: [type], ...more }); // prettier-ignore
  const high = { '=': [{ source: 'rating' }, 'High'] };
  const filtered = await make({ filter: high });
  const missing = await make({ filter: { starts_with: [{ source: 'nowhere' }, 'a'] } });
  const disabled = await make({ enabled: false });
  const deleted = await make({});
  await api.call('DELETE', `/v1/subscriptions/${deleted.id}`, undefined, { 'if-match': '"1"' });
  const { notificationId: id } = await api.post<{ notificationId: string }>('/v1/notifications', { type, payload: { rating: 'Low' } }); // prettier-ignore
  const before = await whyOf(stage, id);
  hold(
    before.words.includes('No subscription matched, because') && before.words.includes('sent to nobody'),
    before.words,
  );
  const found = (one: { id: string }) => thenOf(before).items.find(({ subscriptionId }) => subscriptionId === one.id);
  const failing = (one: { id: string }) =>
    found(one)
      ?.because.filter(({ holds }) => !holds)
      .map(({ words }) => words);
  same(failing(filtered), ['"Low" = "High" is false.'], 'the filter');
  same(failing(missing), ['The notification has no nowhere, so this is false.'], 'the missing member');
  same(failing(disabled), ['The subscription is disabled.'], 'the disabled one');
  same([found(deleted), found(filtered)?.position, found(filtered)?.version], [undefined, filtered.position, 1], 'where they stand'); // prettier-ignore
  await api.call(
    'PATCH',
    `/v1/subscriptions/${filtered.id}`,
    { filter: null, name: 'another name' },
    { 'if-match': '"1"' },
  );
  await api.post(`/v1/subscriptions/${disabled.id}/enable`, {});
  await api.call('DELETE', `/v1/subscriptions/${missing.id}`, undefined, { 'if-match': '"1"' });
  const later = await make({});
  const after = await whyOf(stage, id);
  const stood = (one: Why) => ({ ...thenOf(one), madeLater: 0 });
  same(stood(after), stood(before), 'the explanation after everything was changed');
  same([thenOf(after).madeLater - thenOf(before).madeLater, thenOf(after).agrees], [1, true], 'what came later');
  hold(!JSON.stringify(thenOf(after)).includes(later.id), 'what was made later had no say');
  const { asOf, items } = thenOf(after);
  return `${items.length} subscriptions folded to position ${asOf.position} of ${asOf.log}, the same before and after 4 changes`;
}

async function suppressed(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'held', { subscription: { suppression: { minutes: 60, key: '{{n}}' } } });
  await trial.until(await trial.publish(1), 'delivered');
  const why = await whyOf(stage, await trial.publish(1));
  const mine = thenOf(why).items.find(({ subscriptionId }) => subscriptionId === trial.subscriptionId);
  same([mine?.recorded, mine?.matches], ['suppressed', true], 'the subscription');
  hold(
    why.steps.some(({ words }) => /suppressed it .*until/.test(words)),
    JSON.stringify(why.steps),
  );
  return why.words;
}

async function refused(stage: Stage): Promise<string> {
  const { tenant, natsUrl } = stage.dev;
  const again = `r-1-${Date.now()}`;
  const publish = (n: number) =>
    stage.api.call('POST', '/v1/notifications', { type: 'refused', id: again, source: 'ci', payload: { n } });
  await publish(1);
  const over = await publish(2);
  const overHttp = await explained(stage, over.json['refusalId'], again);
  const client = await NatsText.open(natsUrl);
  try {
    await client.subscribe(refusedSubject(tenant));
    client.publish(notificationSubject(tenant, 'refused'), '{"a":1,"a":2}', { 'Waybill-Id': 'r-2' });
    const heard = await client.hears(refusedSubject(tenant), (text) => text.includes('r-2'));
    const { refusalId } = JSON.parse(heard.body) as { refusalId?: string };
    const overNats = await explained(stage, refusalId, 'r-2');
    return `${overHttp}; ${overNats}`;
  } finally {
    client.close();
  }
}

async function explained(stage: Stage, refusalId: unknown, id: string): Promise<string> {
  hold(typeof refusalId === 'string' && refusalId.startsWith('ref_'), `an id of the refusal, not ${String(refusalId)}`);
  const why = await whyOf(stage, refusalId);
  const { code } = (why.data as { refusal: { code: string } }).refusal;
  hold(why.words.includes(id) && why.words.includes(code), why.words);
  hold(code in refusalCodes, `${code} is listed`);
  const [step] = why.steps;
  const { items } = await stage.api.get<{ items: { type: string; data: { refusalId: string } }[] }>(`/v1/log/${step?.log}/events?after=${(step?.position ?? 0) - 1}&limit=1`); // prettier-ignore
  same([items[0]?.type, items[0]?.data.refusalId], ['NotificationRefused', refusalId], 'the event at that position');
  return `${code} at ${step?.log}:${step?.position}`;
}

async function foreign(stage: Stage): Promise<string> {
  const trial = await Trial.open(stage, 'foreign');
  const id = await trial.publish(1);
  const { id: delivery } = await trial.until(id, 'delivered');
  const refusal = { type: 'refused', id: trial.name, payload: { n: 1 } };
  await stage.api.call('POST', '/v1/notifications', refusal);
  const { json } = await stage.api.call('POST', '/v1/notifications', { ...refusal, payload: { n: 2 } });
  const other = await tenantOf(stage, `why-${Date.now()}`);
  const ids = [id, delivery, trial.connectorId, trial.subscriptionId, String(json['refusalId'])];
  const statuses = await Promise.all(ids.map(async (one) => (await other.call('GET', `/v1/why/${one}`)).status));
  same(
    statuses,
    ids.map(() => 404),
    'what another tenant is told',
  );
  await stage.api.call('DELETE', `/v1/subscriptions/${trial.subscriptionId}`, undefined, { 'if-match': '"1"' });
  await stage.api.call('DELETE', `/v1/connectors/${trial.connectorId}`, undefined, { 'if-match': '"1"' });
  const gone = await Promise.all([trial.connectorId, trial.subscriptionId].map((one) => whyOf(stage, one)));
  for (const { words, steps } of gone) hold(words.includes('was deleted') && steps.at(-1)?.words.includes('deleted') === true, words); // prettier-ignore
  const again = await whyOf(stage, delivery);
  hold(again.words.includes('delivered'), again.words);
  return `${ids.length} ids answered 404; ${gone.map(({ words }) => words).join(' ')}`;
}

/** Everything that this stage has recorded so far, not a sample: a type without a schema is one nobody can read in ten years. */
async function listed(stage: Stage): Promise<string> {
  const counts: string[] = [];
  for (const log of Object.keys(eventTypes)) {
    let after: number | null = 0;
    let events = 0;
    const seen = new Set<string>();
    while (after !== null) {
      const page: { items: { type: string; position: number; data: unknown }[]; nextAfter: number | null } = await stage.api.get(`/v1/log/${log}/events?after=${after}&limit=1000`); // prettier-ignore
      for (const { type, position, data } of page.items) {
        const { schema } = eventTypes[log]?.[type] ?? {};
        hold(schema !== undefined, `${log}:${position} is a ${type}, which is not listed`);
        const result = schema.safeParse(data);
        hold(result.success, `${log}:${position} is no ${type}: ${result.error?.message ?? ''}`);
        seen.add(type);
        events += 1;
      }
      after = page.nextAfter;
    }
    counts.push(`${events} events of ${seen.size} types in ${log}`);
  }
  const deliveries = await stage.api.all<Delivery>('/v1/deliveries');
  const said = new Set(deliveries.flatMap(({ reason }) => (reason === null ? [] : [reason])));
  // Whoever cancels a delivery says why in words of their own; every other reason is ours.
  const ours = deliveries.filter(({ status, reason }) => status !== 'cancelled' && reason !== null);
  const free = ours.filter(({ reason }) => meaningOfReason(reason ?? '') === null).map(({ reason }) => reason);
  same(free, [], 'reasons that are not listed');
  return `${counts.join(', ')}; ${said.size} reasons over ${deliveries.length} deliveries`;
}
