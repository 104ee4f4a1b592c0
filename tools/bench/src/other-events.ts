import type { StreamAppend } from '@waybill/event-log/log';
import { append, digestOf, idOf, timeOf } from './made.js';

/** `subscriptions-0`: forty subscriptions that are changed now and then, and notifications. */
export function* subscriptionEvents(): Generator<StreamAppend> {
  const versions = new Map<string, number>();
  const meta = { actor: 'key:key_bench' };
  for (let number = 0; ; number += 1) {
    if (number < 40 || number % 1_000 === 0) yield subscriptionStep(idOf('sub', number % 40), number, versions, meta);
    const notificationId = idOf('ntf', number);
    const data = {
      notificationId,
      type: 'incident',
      source: 'nats',
      id: `order-${number}`,
      time: timeOf(number),
      via: 'jetstream',
      decidedOn: 40,
      chosen: [
        { subscriptionId: idOf('sub', number % 40), subscriptionVersion: 1, connectorIds: [idOf('con', number % 25)] },
      ],
      suppressed: [],
      opened:
        number % 20 === 0
          ? [
              {
                subscriptionId: idOf('sub', number % 40),
                keyMac: digestOf(`key ${number % 900}`).toString('hex'),
                until: timeOf(number, 600_000),
              },
            ]
          : [],
      payloadMac: digestOf(notificationId).toString('hex'),
      payloadBytes: 1_000,
      warnings: [],
    };
    yield append(`notification-${notificationId}`, 0, [
      {
        type: 'NotificationRouted',
        schemaVersion: 1,
        data,
        sealed: { subject: notificationId, text: payloadText },
        meta: { actor: 'publisher', correlationId: notificationId },
      },
    ]);
  }
}

const payloadText = JSON.stringify({ payload: { incident: { summary: 'Brute force', filling: 'x'.repeat(900) } } });

function subscriptionStep(
  id: string,
  number: number,
  versions: Map<string, number>,
  meta: { actor: string },
): StreamAppend {
  const version = versions.get(id) ?? 0;
  versions.set(id, version + 1);
  const subscription = {
    id,
    name: `Subscription ${number}`,
    connectorIds: [idOf('con', number % 25)],
    types: ['incident'],
    filter: null,
    suppression: { minutes: 0, key: null },
    correlationKey: null,
  };
  const by = { at: timeOf(number), by: 'key:key_bench', subscription };
  return append(`subscription-${id}`, version, [
    version === 0
      ? { type: 'SubscriptionCreated', schemaVersion: 1, data: { ...by, enabled: true }, meta }
      : { type: 'SubscriptionUpdated', schemaVersion: 1, data: by, meta },
  ]);
}

/** `registry-0`: a tenth new connectors, six tenths changes of connectors, a tenth each keys, types and witnessed checkpoints. */
export function* registryEvents(): Generator<StreamAppend> {
  const meta = { actor: 'key:key_bench' };
  const connectors: { readonly id: string; version: number }[] = [];
  let witnessed = 0;
  const types = new Map<string, number>();
  const one = (stream: string, version: number, type: string, data: object): StreamAppend =>
    append(stream, version, [{ type, schemaVersion: 1, data, meta }]);
  for (let number = 0; ; number += 1) {
    const turn = number % 10;
    if (turn === 0) {
      const connector = { id: idOf('con', number), version: 1 };
      connectors.push(connector);
      yield one(`connector-${connector.id}`, 0, 'ConnectorCreated', shapeOf(connector.id, number));
    } else if (turn === 1) yield one(`key-${idOf('key', number)}`, 0, 'ApiKeyCreated', keyOf(number));
    else if (turn === 2) {
      const stream = `type-default.custom-${((number / 10) % 2_000) | 0}`;
      const version = types.get(stream) ?? 0;
      types.set(stream, version + 1);
      const type = stream.slice('type-default.'.length);
      yield one(stream, version, 'NotificationTypePut', {
        type,
        title: type,
        schema: null,
        sample: { n: number },
        strict: false,
      });
    } else if (turn === 3)
      yield one('checkpoint-delivery-0', witnessed++, 'CheckpointWitnessed', { note: 'x'.repeat(200), size: number });
    else {
      const connector = connectors[(number * 7) % connectors.length] as (typeof connectors)[number];
      const data = { ...shapeOf(connector.id, number), changed: ['name'] };
      yield one(`connector-${connector.id}`, connector.version++, 'ConnectorUpdated', data);
    }
  }
}

function shapeOf(connectorId: string, number: number) {
  return {
    connectorId,
    name: `Connector ${number}`,
    target: 'webhook',
    enabled: true,
    config: { url: `https://hooks.example.com/${number}`, method: 'POST', auth: { kind: 'none' } },
    templates: { incident: { format: 'json', body: '{"summary":"{{incident.summary}}"}' } },
    limits: { maxConcurrent: 8, maxPerSecond: null, timeoutMs: 15_000, retryDelaysSeconds: null },
    secrets: {
      signingSecret: {
        fingerprint: 'v1:8662b9f39fabe45ec57b296683070cdc',
        setAt: timeOf(number),
        setBy: 'key:key_bench',
      },
    },
    secretVersion: 1,
  };
}

function keyOf(number: number) {
  return {
    keyId: idOf('key', number),
    name: `Key ${number}`,
    scopes: ['publish'],
    expiresAt: null,
    sha256: digestOf(`key ${number}`).toString('hex'),
  };
}
