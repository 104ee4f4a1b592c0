import { attemptReasons } from './attempt-reasons.js';
import { endReasons } from './end-reasons.js';
import { eventTypes } from './event-types.js';
import { faultCodes } from './fault-codes.js';
import { holdReasons } from './hold-reasons.js';
import { problemCodes } from './problem-codes.js';
import { refusalCodes } from './refusal-codes.js';

/** `docs/codes.md`: every code and event type with its meaning, out of the lists that the services use. */
export function codesPage(): string {
  const attempts = Object.entries(attemptReasons).map(
    ([code, { retry, fault, meaning }]) => `${item(code, meaning)} _Retry: ${retry}; concerns: ${fault}._`,
  );
  const ends = Object.entries(endReasons).map(
    ([code, { end, meaning }]) => `${item(code, meaning)} _Ends as: ${end}._`,
  );
  const problems = Object.entries(problemCodes).map(([code, [status, title]]) => item(code, `${status}: ${title}.`));
  const logs = Object.entries(eventTypes).flatMap(([log, types]) => [
    `### \`${log}\``,
    lines(Object.entries(types).map(([type, { meaning }]) => item(type, meaning))),
  ]);
  return `${[
    '# Codes and event types',
    'Written by `npm run codes` out of `libs/contracts/src/codes`; `tools/tidy` fails when a service says one that is not here. A code is never renamed and never gets a second meaning; new ones are added, so a reader takes what it does not know for a refusal.',
    '## Reasons of attempts',
    '`reason` of an attempt, and of a delivery that waits for another one or was ended by its last one. `Retry` says what follows: another attempt later, never, or that the outcome is unknown (it may have arrived; the next attempt carries the same `webhook-id`). After the request was sent, `timeout` and `reset` mean an unknown outcome.',
    lines(attempts),
    '## Reasons of ends',
    '`reason` of a delivery that ended for another reason than its last attempt. A delivery that somebody cancelled with words of their own has those words as its reason.',
    lines(ends),
    '## Reasons of holds',
    '`reason` of `DeliveryHeld`, for which nothing is sent until an operator releases it (docs/restore.md).',
    lines(Object.entries(holdReasons).map(([code, { meaning }]) => item(code, meaning))),
    '## Refused notifications',
    '`code` of `NotificationRefused`, of the message on `waybill.v1.refused.<tenant>`, and of the problem that answers a publish.',
    lines(Object.entries(refusalCodes).map(([code, meaning]) => item(code, meaning))),
    '## Problems',
    '`code` of a problem (RFC 9457) with its HTTP status.',
    lines(problems),
    '## Faults of one part of an input',
    '`code` of a problem with status 422, and of the entries of its `errors`.',
    lines(Object.entries(faultCodes).map(([code, meaning]) => item(code, meaning))),
    '## Event types',
    'Every event of every log, schema version 1; the schemas of their clear data are in `libs/contracts/src/log` and in `/asyncapi.json`.',
    ...logs,
  ].join('\n\n')}\n`;
}

const item = (code: string, meaning: string): string => `- \`${code}\`: ${meaning}`;
const lines = (items: readonly string[]): string => items.join('\n');
