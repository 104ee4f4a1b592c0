import type { z } from 'zod';
import type { apiKeyCreatedSchema, apiKeySchema } from '@waybill/contracts/http/api-keys';
import type { connectorSchema, connectorWrittenSchema } from '@waybill/contracts/http/connectors';
import type { deliverySchema, responseSchema, timingsSchema } from '@waybill/contracts/http/deliveries';
import type { logEventSchema, logEventsSchema, logHeadSchema } from '@waybill/contracts/http/log';
import type { notificationTypeReadSchema } from '@waybill/contracts/http/notification-types';
import type { notificationDetailSchema, notificationSchema } from '@waybill/contracts/http/notifications';
import type { jobSchema, redeliveryPreviewSchema } from '@waybill/contracts/http/redelivery';
import type { renderedSchema, testResultSchema } from '@waybill/contracts/http/render-and-test';
import type { statsSchema } from '@waybill/contracts/http/stats';
import type { explanationSchema, subscriptionSchema } from '@waybill/contracts/http/subscriptions';
import type { targetSchema } from '@waybill/contracts/http/targets';
import type { whySchema } from '@waybill/contracts/http/why';

/** The answers of the API as the contract's schemas say them; only types, so that no validator travels to the browser. */
export type ApiKey = z.infer<typeof apiKeySchema>;
export type ApiKeyCreated = z.infer<typeof apiKeyCreatedSchema>;
export type Connector = z.infer<typeof connectorSchema>;
export type ConnectorWritten = z.infer<typeof connectorWrittenSchema>;
export type Delivery = z.infer<typeof deliverySchema>;
export type Attempt = NonNullable<Delivery['attempts']>[number];
export type TargetResponse = z.infer<typeof responseSchema>;
export type Timings = z.infer<typeof timingsSchema>;
export type LogEvent = z.infer<typeof logEventSchema>;
export type LogEvents = z.infer<typeof logEventsSchema>;
export type LogHead = z.infer<typeof logHeadSchema>;
export type NotificationType = z.infer<typeof notificationTypeReadSchema>;
export type Notification = z.infer<typeof notificationSchema>;
export type NotificationDetail = z.infer<typeof notificationDetailSchema>;
export type Job = z.infer<typeof jobSchema>;
export type RedeliveryPreview = z.infer<typeof redeliveryPreviewSchema>;
export type Rendered = z.infer<typeof renderedSchema>;
export type TestResult = z.infer<typeof testResultSchema>;
export type Stats = z.infer<typeof statsSchema>;
export type Explanation = z.infer<typeof explanationSchema>;
export type Subscription = z.infer<typeof subscriptionSchema>;
export type Target = z.infer<typeof targetSchema>;
export type Why = z.infer<typeof whySchema>;

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface Template {
  format: 'json' | 'jq';
  body: string;
}
