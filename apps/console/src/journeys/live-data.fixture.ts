import { deliveryTo, type Stage } from './stage.fixture.js';

const incidents = 24;
const ratings = ['Low', 'Medium', 'High', 'Critical'];

/** Fills every screen: a day as it is, with what arrived, what waits, what gave up, a connector that is disabled, and a job. */
export async function haveSomethingToSee(stage: Stage): Promise<void> {
  const dead = await connectorOf(stage, 'Left workspace', 'slack', { secrets: { url: slackAt(stage, 'B001') } });
  const busy = await connectorOf(stage, 'Ticket system of the second line, Zürich and Bern', 'webhook', {
    config: { url: `${stage.dev.receiversUrl}/webhook/busy`, method: 'POST' },
  });
  const paused = await connectorOf(stage, 'Old channel', 'slack', { secrets: { url: slackAt(stage, 'B000') } });
  await stage.api('POST', `/v1/connectors/${paused}/disable`, { reason: 'The channel moves to another workspace' });
  await subscribed(stage, 'observations', [dead], ['observation']);
  await subscribed(stage, 'reports to the second line', [busy], ['scheduled-report']);
  await stage.script('webhook', [{ status: 503, body: 'maintenance until 14:00', times: 50 }], 'busy');
  const { sample } = await stage.api<{ sample: { incident: object } }>('GET', '/v1/notification-types/incident');
  const publish = (type: string, payload: object): Promise<unknown> =>
    stage.api('POST', '/v1/notifications', { type, source: 'xdr', payload });
  await Promise.all(
    Array.from({ length: incidents }, (_, number) =>
      publish('incident', {
        ...sample,
        incident: { ...sample.incident, summary: `Incident ${number}`, threatRating: ratings[number % ratings.length] },
      }),
    ),
  );
  await publish('observation', { fields: { summary: 'A port is open' } });
  await publish('scheduled-report', { report: { name: 'Weekly report' } });
  await deliveryTo(stage, 'Left workspace', 'dead-lettered');
  await deliveryTo(stage, 'Ticket system of the second line, Zürich and Bern', 'retrying');
  await stage.api('POST', '/v1/redeliveries', { filter: { connectorId: dead }, mode: 'same-bytes' });
}

const slackAt = (stage: Stage, hook: string): string =>
  `${stage.dev.receiversUrl}/slack/services/T000/${hook}/known-token`;

async function connectorOf(stage: Stage, name: string, target: string, more: object): Promise<string> {
  return (await stage.api<{ id: string }>('POST', '/v1/connectors', { name, target, ...more })).id;
}

async function subscribed(stage: Stage, name: string, connectorIds: string[], types: string[]): Promise<void> {
  await stage.api('POST', '/v1/subscriptions', { name, connectorIds, types });
}
