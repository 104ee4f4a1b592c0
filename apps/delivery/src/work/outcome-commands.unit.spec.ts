import type { Outcome } from '@waybill/targets/outcome';
import type { Connector } from './connectors.js';
import { outcomeCommand } from './outcome-commands.js';

const connector = { limits: { retryDelaysSeconds: null } } as unknown as Connector;

it.each<[string, Outcome]>([
  ['accepted', { kind: 'accepted', receipt: { ticket: 'a\u0000', url: 'javascript:x', memory: { id: '1' } } }],
  ['unknown', { kind: 'unknown', reason: 'timeout', receipt: { ticket: '\ud800', memory: { id: '1' } } }],
  ['refused', { kind: 'refused', retry: 'later', reason: 'timeout', receipt: { url: 'x', memory: { id: '1' } } }],
])('records of an outcome that is %s only what can be kept, whatever a room made of the answer', (_kind, outcome) => {
  const conversation = { outcome, status: 201, timingsMs: {}, notes: [], request: null, answer: null, before: [] };
  const carried = { kind: 'tried' as const, conversation: { ...conversation, allowEntry: null }, sealedText: '{}' };
  expect(outcomeCommand('att', connector, carried, 0, 0.5)).toMatchObject({
    outcome: { receipt: { memory: { id: '1' } } },
  });
  expect(outcomeCommand('att', connector, carried, 0, 0.5)).not.toHaveProperty('outcome.receipt.ticket');
  expect(outcomeCommand('att', connector, carried, 0, 0.5)).not.toHaveProperty('outcome.receipt.url');
});
