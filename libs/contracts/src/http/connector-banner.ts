import { z } from 'zod';
import { responseSchema } from './deliveries.js';
import { connectorIdSchema, deliveryIdSchema, timeSchema } from './fields.js';

/** What the target answered last, unchanged; `error` where it did not answer. */
const saidSchema = z
  .looseObject({
    response: responseSchema.nullable(),
    error: z.looseObject({ code: z.string(), message: z.string() }).nullable(),
  })
  .nullable();

const troubled = {
  reason: z.string().describe('Reason of the attempt that showed it'),
  meaning: z.string().nullable().describe('The reason in a sentence'),
  deliveryId: deliveryIdSchema.nullable().describe('The delivery whose attempt showed it'),
  targetSaid: saidSchema.describe('What the target answered to it'),
};

/** How deliveries to a connector go: what a page about it warns of. All null where nothing is known against it. */
export const connectorBannerSchema = z.looseObject({
  paused: z.looseObject({ until: timeSchema, reason: z.string(), meaning: z.string().nullable() }).nullable(),
  failing: z.looseObject({ since: timeSchema, ...troubled }).nullable(),
  givenUp: z
    .looseObject({
      at: timeSchema,
      why: z.enum(['target_gone', 'failing_too_long']),
      words: z.string(),
      ...troubled,
    })
    .nullable()
    .describe('Set while the connector is disabled because its target is gone or has failed for five days'),
});

/** Answer of `connectors.banner`. */
export const connectorStandingSchema = z.looseObject({ banner: connectorBannerSchema });
export type ConnectorStanding = z.infer<typeof connectorStandingSchema>;
export type ConnectorBanner = z.infer<typeof connectorBannerSchema>;

/** Input of `connectors.banner` of delivery. */
export const connectorBannerInputSchema = z.strictObject({ id: connectorIdSchema });
