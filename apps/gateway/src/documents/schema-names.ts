import { apiKeyCreatedSchema, apiKeyCreateSchema, apiKeySchema } from '@waybill/contracts/http/api-keys';
import {
  connectorCreateSchema,
  connectorPatchSchema,
  connectorSchema,
  connectorWrittenSchema,
  templateSchema,
} from '@waybill/contracts/http/connectors';
import { attemptSchema, deliveryFacetsSchema, deliverySchema } from '@waybill/contracts/http/deliveries';
import { filterNodeSchema, filterSchema } from '@waybill/contracts/http/filter';
import { logEventSchema } from '@waybill/contracts/http/log';
import { notificationTypeReadSchema } from '@waybill/contracts/http/notification-types';
import {
  notificationDetailSchema,
  notificationSchema,
  publishSchema,
  receiptSchema,
} from '@waybill/contracts/http/notifications';
import { jobSchema, redeliveryPreviewSchema } from '@waybill/contracts/http/redelivery';
import { renderedSchema, testResultSchema } from '@waybill/contracts/http/render-and-test';
import { connectorStatsSchema, statsSchema } from '@waybill/contracts/http/stats';
import {
  explanationSchema,
  subscriptionCreateSchema,
  subscriptionPatchSchema,
  subscriptionSchema,
} from '@waybill/contracts/http/subscriptions';
import { targetSchema } from '@waybill/contracts/http/targets';
import { tenantCreatedSchema, tenantSchema } from '@waybill/contracts/http/tenants';
import { problemSchema } from '@waybill/contracts/problem';
import { z } from 'zod';

/** The schemas that stand once in the documents, under a name; all others stand where they are used. */
const named: Readonly<Record<string, z.ZodType>> = {
  Problem: problemSchema,
  ApiKey: apiKeySchema,
  ApiKeyCreate: apiKeyCreateSchema,
  ApiKeyCreated: apiKeyCreatedSchema,
  Tenant: tenantSchema,
  TenantCreated: tenantCreatedSchema,
  Target: targetSchema,
  NotificationType: notificationTypeReadSchema,
  Template: templateSchema,
  Connector: connectorSchema,
  ConnectorCreate: connectorCreateSchema,
  ConnectorPatch: connectorPatchSchema,
  ConnectorWritten: connectorWrittenSchema,
  Rendered: renderedSchema,
  TestResult: testResultSchema,
  Filter: filterNodeSchema,
  Subscription: subscriptionSchema,
  SubscriptionCreate: subscriptionCreateSchema,
  SubscriptionPatch: subscriptionPatchSchema,
  Explanation: explanationSchema,
  Publish: publishSchema,
  Receipt: receiptSchema,
  Notification: notificationSchema,
  NotificationDetail: notificationDetailSchema,
  Attempt: attemptSchema,
  Delivery: deliverySchema,
  DeliveryFacets: deliveryFacetsSchema,
  RedeliveryPreview: redeliveryPreviewSchema,
  Job: jobSchema,
  Stats: statsSchema,
  ConnectorStats: connectorStatsSchema,
  LogEvent: logEventSchema,
};

for (const [id, schema] of Object.entries(named)) z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });

export type JsonSchema = Record<string, unknown>;

/**
 * Writes zod schemas as JSON Schema 2020-12 for one document and collects the named ones as its components.
 * What is written is `input` (defaults may be left out), what is read is `output`.
 */
export class SchemaWriter {
  readonly components: Record<string, JsonSchema> = {};

  write(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const written = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => {
        // Checked by its own walk; the document shows the grammar.
        if ((zodSchema as unknown) === filterSchema) Object.assign(jsonSchema, { $ref: '#/$defs/Filter' });
      },
    }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    const { $schema: _, $defs = {}, ...root } = moved(written) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    for (const [name, component] of Object.entries($defs)) this.components[name] ??= withoutIds(component);
    return this.named(root);
  }

  /** The filter's grammar refers to itself, so it is no part of what `override` can write. */
  addFilter(): void {
    const {
      $schema: _,
      $defs = {},
      ...root
    } = moved(z.toJSONSchema(filterNodeSchema, { io: 'input' })) as JsonSchema & {
      $defs?: Record<string, JsonSchema>;
    };
    Object.assign(this.components, $defs);
    this.components['Filter'] ??= withoutIds(root);
  }

  private named(root: JsonSchema): JsonSchema {
    const { id, ...rest } = root;
    if (typeof id !== 'string' || named[id] === undefined) return root;
    this.components[id] ??= rest;
    return { $ref: `#/components/schemas/${id}` };
  }
}

function withoutIds({ id: _, ...rest }: JsonSchema): JsonSchema {
  return rest;
}

/** OpenAPI and AsyncAPI keep their schemas under components. */
function moved(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
