import type { z } from 'zod';
import type { apiKeyCreateSchema } from '@waybill/contracts/http/api-keys';
import type { ConnectorCreate, ConnectorPatch } from '@waybill/contracts/http/connectors';
import type { doctorSchema } from '@waybill/contracts/http/doctor';
import type { publishSchema, receiptSchema } from '@waybill/contracts/http/notifications';
import type { redeliveriesBodySchema } from '@waybill/contracts/http/redelivery';
import type { renderBodySchema } from '@waybill/contracts/http/render-and-test';
import type { Session } from '@waybill/contracts/http/sessions';
import type { explainBodySchema, SubscriptionCreate, SubscriptionPatch } from '@waybill/contracts/http/subscriptions';
import type {
  ApiKey,
  ApiKeyCreated,
  Connector,
  ConnectorWritten,
  Delivery,
  Explanation,
  Job,
  LogEvent,
  LogEvents,
  LogHead,
  Notification,
  NotificationDetail,
  NotificationType,
  Page,
  RedeliveryPreview,
  Rendered,
  Stats,
  Subscription,
  Target,
  TestResult,
  Why,
} from './shapes';

type Id = { id: string };
interface Call<Answer, Params = undefined, Body = undefined> {
  answer: Answer;
  params: Params;
  body: Body;
}

/** Every call of the API that the console makes, with the contract's types of what goes in and what comes out. */
export interface Calls {
  'POST /v1/session': Call<Session>;
  'GET /v1/session': Call<Session>;
  'DELETE /v1/session': Call<undefined>;
  'GET /v1/targets': Call<Page<Target>>;
  'GET /v1/notification-types': Call<Page<NotificationType>>;
  'GET /v1/connectors': Call<Page<Connector>>;
  'POST /v1/connectors': Call<ConnectorWritten, undefined, ConnectorCreate>;
  'GET /v1/connectors/{id}': Call<Connector, Id>;
  'PATCH /v1/connectors/{id}': Call<ConnectorWritten, Id, ConnectorPatch>;
  'DELETE /v1/connectors/{id}': Call<undefined, Id>;
  'POST /v1/connectors/{id}/enable': Call<Connector, Id, { reason?: string }>;
  'POST /v1/connectors/{id}/disable': Call<Connector, Id, { reason?: string }>;
  'POST /v1/connectors/{id}/test': Call<TestResult, Id, { type: string; payload?: object; connector?: ConnectorPatch }>;
  'POST /v1/connectors/test': Call<
    TestResult,
    undefined,
    { connector: ConnectorCreate; type: string; payload?: object }
  >;
  'GET /v1/connectors/{id}/history': Call<Page<LogEvent>, Id>;
  'POST /v1/render': Call<Rendered, undefined, z.input<typeof renderBodySchema>>;
  'GET /v1/subscriptions': Call<Page<Subscription>>;
  'POST /v1/subscriptions': Call<Subscription, undefined, SubscriptionCreate>;
  'GET /v1/subscriptions/{id}': Call<Subscription, Id>;
  'PATCH /v1/subscriptions/{id}': Call<Subscription, Id, SubscriptionPatch>;
  'DELETE /v1/subscriptions/{id}': Call<undefined, Id>;
  'POST /v1/subscriptions/{id}/enable': Call<Subscription, Id, { reason?: string }>;
  'POST /v1/subscriptions/{id}/disable': Call<Subscription, Id, { reason?: string }>;
  'POST /v1/subscriptions/{id}/explain': Call<Explanation, Id, z.input<typeof explainBodySchema>>;
  'POST /v1/explain': Call<{ items: Explanation[] }, undefined, z.input<typeof explainBodySchema>>;
  'POST /v1/notifications': Call<z.infer<typeof receiptSchema>, undefined, z.input<typeof publishSchema>>;
  'GET /v1/notifications': Call<Page<Notification>>;
  'GET /v1/notifications/{id}': Call<NotificationDetail, Id>;
  'GET /v1/deliveries': Call<Page<Delivery>>;
  'GET /v1/deliveries/{id}': Call<Delivery, Id>;
  'POST /v1/deliveries/{id}/redeliver': Call<Delivery, Id, { mode: 'same-bytes' | 'render-again' }>;
  'POST /v1/deliveries/{id}/cancel': Call<Delivery, Id, { reason?: string }>;
  'POST /v1/redeliveries': Call<RedeliveryPreview | Job, undefined, z.input<typeof redeliveriesBodySchema>>;
  'GET /v1/jobs/{id}': Call<Job, Id>;
  'POST /v1/jobs/{id}/pause': Call<Job, Id>;
  'POST /v1/jobs/{id}/resume': Call<Job, Id>;
  'POST /v1/jobs/{id}/cancel': Call<Job, Id>;
  'GET /v1/stats': Call<Stats>;
  'GET /v1/doctor': Call<z.infer<typeof doctorSchema>>;
  'GET /v1/why/{id}': Call<Why, Id>;
  'GET /v1/log/{log}/events': Call<LogEvents, { log: string }>;
  'GET /v1/log/{log}/head': Call<LogHead, { log: string }>;
  'POST /v1/api-keys': Call<ApiKeyCreated, undefined, z.input<typeof apiKeyCreateSchema>>;
  'GET /v1/api-keys': Call<Page<ApiKey>>;
  'DELETE /v1/api-keys/{id}': Call<undefined, Id>;
}
