import { notificationSubject } from '@waybill/contracts/subjects';
import { NatsText } from './nats-text.js';
import type { Stage } from './stage.js';

/** Nothing of a walk takes longer, also on a busy machine. */
export const arriveWaitMs = 15_000;

/** A JetStream publish without a library; answers the broker's acknowledgement. */
export async function overText(stage: Stage, type: string, body: string): Promise<string> {
  const client = await NatsText.open(stage.dev.natsUrl);
  return client.request(notificationSubject(stage.dev.tenant, type), body).finally(() => client.close());
}

/** A connector at the webhook receiver and its subscription to one type, both named as the type. */
export async function simpleSink(stage: Stage, type: string, template: string): Promise<void> {
  const { id } = await stage.api.post<{ id: string }>('/v1/connectors', {
    name: type,
    target: 'webhook',
    config: { url: `${stage.dev.receiversUrl}/webhook/${type}`, method: 'POST' },
    templates: { [type]: { format: 'json', body: template } },
  });
  await stage.api.post('/v1/subscriptions', { name: type, connectorIds: [id], types: [type] });
}

export const nonEmpty = <T>(items: T[]): T[] | null => (items.length > 0 ? items : null);
