import { eventTypes } from '@waybill/contracts/codes/event-types';
import { logEventSchema } from '@waybill/contracts/http/log';
import { publishSchema, receiptSchema, validSchema } from '@waybill/contracts/http/notifications';
import { problemSchema } from '@waybill/contracts/problem';
import {
  logSubject,
  notificationSubject,
  publishSubject,
  refusedSubject,
  validateSubject,
} from '@waybill/contracts/subjects';
import { z } from 'zod';
import { apiVersion } from './openapi.js';
import { type JsonSchema, SchemaWriter } from './schema-names.js';

const payload = z.record(z.string(), z.unknown());
const cloudEvent = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  time: z.string().optional(),
  data: payload,
});
const refused = problemSchema.extend({
  notification: z.looseObject({
    id: z.string().nullable(),
    source: z.string().nullable(),
    type: z.string().nullable(),
    subject: z.string(),
  }),
});
const replyOf = (ok: z.ZodType) => z.union([z.strictObject({ ok }), z.strictObject({ problem: problemSchema })]);

interface Channel {
  readonly address: string;
  readonly does: string;
  readonly action: 'send' | 'receive';
  readonly message: z.ZodType;
  /** Of a request: what comes back to its reply subject. */
  readonly reply?: z.ZodType;
  /** Instead of the one message: each by its name, with what it means. */
  readonly messages?: Readonly<Record<string, { readonly schema: z.ZodType; readonly meaning: string }>>;
  /** Of the subject, by name. */
  readonly parameters: Record<string, string>;
}

const tenant = 'The tenant; the broker lets a publisher use its own only.';

/** What a program of another team sends and hears; the services' own calls are not for them. */
const channels: Record<string, Channel> = {
  notifications: {
    address: notificationSubject('{tenant}', '{type}'),
    does: 'Publishes a notification through JetStream: the payload itself, or a CloudEvents 1.0 event whose data is the payload. A PubAck means stored by the broker.',
    action: 'send',
    message: z.union([payload, cloudEvent]),
    parameters: { tenant, type: 'The type of the notification; it may hold dots.' },
  },
  publish: {
    address: publishSubject('{tenant}'),
    does: 'Publishes a notification and answers a receipt after it is on disk.',
    action: 'send',
    message: publishSchema,
    reply: replyOf(receiptSchema),
    parameters: { tenant },
  },
  validate: {
    address: validateSubject('{tenant}'),
    does: 'Says whether a notification would be accepted; records nothing.',
    action: 'send',
    message: publishSchema,
    reply: replyOf(validSchema),
    parameters: { tenant },
  },
  refused: {
    address: refusedSubject('{tenant}'),
    does: 'Tells of notifications that were refused after the PubAck.',
    action: 'receive',
    message: refused,
    parameters: { tenant },
  },
  log: {
    address: logSubject('{log}', '{tenant}', '{eventType}'),
    does: 'Tells every event of a log; the sequence in the stream WAYBILL_LOG_<log> is the position.',
    action: 'receive',
    message: logEventSchema,
    messages: eventMessages(),
    parameters: { log: 'registry-0, subscriptions-0 or delivery-0', tenant, eventType: 'One of the messages.' },
  },
};

/** One message a type of event of the three logs; where two logs say the same type, it is the same event. */
function eventMessages(): NonNullable<Channel['messages']> {
  const types = Object.values(eventTypes).flatMap((ofLog) => Object.entries(ofLog));
  return Object.fromEntries(
    types.map(([type, { schema, meaning }]) => [
      type,
      { schema: logEventSchema.extend({ type: z.literal(type), data: schema }), meaning },
    ]),
  );
}

/** What can be sent and heard on NATS as AsyncAPI 3, out of the subjects and schemas that the services use. */
export function asyncApi(): JsonSchema {
  const writer = new SchemaWriter();
  const said = Object.entries(channels);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Waybill', version: apiVersion, description: 'Subjects of NATS for publishers and listeners.' },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(said.flatMap(([name, channel]) => channelsOf(name, channel, writer))),
    operations: Object.fromEntries(said.map(([name, channel]) => [name, operationOf(name, channel)])),
    components: { schemas: writer.components },
  };
}

function channelsOf(name: string, channel: Channel, writer: SchemaWriter): [string, JsonSchema][] {
  const { address, does, message, messages, reply, parameters } = channel;
  const described = Object.fromEntries(Object.entries(parameters).map(([key, description]) => [key, { description }]));
  const io = channel.action === 'send' ? 'input' : 'output';
  const own: [string, JsonSchema] = [
    name,
    {
      address,
      description: does,
      parameters: described,
      messages:
        messages === undefined
          ? { message: { payload: writer.write(message, io) } }
          : Object.fromEntries(
              Object.entries(messages).map(([type, { schema, meaning }]) => [
                type,
                { name: type, summary: meaning, payload: writer.write(schema, io) },
              ]),
            ),
    },
  ];
  if (reply === undefined) return [own];
  // null: the client names the subject of the reply with each request.
  return [own, [`${name}Reply`, { address: null, messages: { message: { payload: writer.write(reply, 'output') } } }]];
}

function operationOf(name: string, { action, does, reply }: Channel): JsonSchema {
  return {
    action,
    summary: does,
    channel: { $ref: `#/channels/${name}` },
    ...(reply === undefined ? {} : { reply: { channel: { $ref: `#/channels/${name}Reply` } } }),
  };
}
