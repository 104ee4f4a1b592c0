import type { BodyOf } from './calls';
import type { components } from './openapi.generated';

type Schemas = components['schemas'];

/** The answers of the API by the names that `/openapi.json` gives them. */
export type ApiKey = Schemas['ApiKey'];
export type ApiKeyCreated = Schemas['ApiKeyCreated'];
export type Connector = Schemas['Connector'];
export type ConnectorCreate = Schemas['ConnectorCreate'];
export type ConnectorPatch = Schemas['ConnectorPatch'];
export type ConnectorWritten = Schemas['ConnectorWritten'];
export type Delivery = Schemas['Delivery'];
export type Attempt = Schemas['Attempt'];
export type TargetResponse = NonNullable<Attempt['response']>;
export type Timings = Attempt['timingsMs'];
export type LogEvent = Schemas['LogEvent'];
export type NotificationType = Schemas['NotificationType'];
export type Notification = Schemas['Notification'];
export type NotificationDetail = Schemas['NotificationDetail'];
export type DeliveryFacets = Schemas['DeliveryFacets'];
export type ConnectorStats = Schemas['ConnectorStats'];
export type Job = Schemas['Job'];
export type RedeliveryPreview = Schemas['RedeliveryPreview'];
export type RedeliveryFilter = BodyOf<'POST /v1/redeliveries'>['filter'];
export type Rendered = Schemas['Rendered'];
export type TestResult = Schemas['TestResult'];
export type Stats = Schemas['Stats'];
export type Explanation = Schemas['Explanation'];
export type Subscription = Schemas['Subscription'];
export type SubscriptionCreate = Schemas['SubscriptionCreate'];
export type SubscriptionPatch = Schemas['SubscriptionPatch'];
export type Filter = Schemas['Filter'];
export type Target = Schemas['Target'];
export type Scope = ApiKey['scopes'][number];
export type Template = Schemas['Template'];
export type Problem = Schemas['Problem'];
