import type { Given } from './desk.js';
import { named } from './messaging-rooms.js';
import { type Cell, lateMs, lost, refusal, type Room, taken, throttled } from './rooms.js';

const hook = ({ mark }: Cell): string => `hook-${mark}`;
const webhookGiven = (url: string, cell: Cell): Given => ({
  target: 'webhook',
  config: { url: `${url}/webhook/${hook(cell)}` },
});

export const webhook: Room = {
  target: 'webhook',
  receiver: 'webhook',
  good: webhookGiven,
  isMine: (cell) => (item) => item.name === hook(cell),
  plays: {
    accepted: taken,
    refused: {
      ...refusal(undefined, 'webhook.auth', 'unauthorized'),
      before: async (receivers, cells) => {
        for (const cell of cells)
          await receivers.option('webhook', 'auth', { kind: 'bearer', token: 'another' }, hook(cell));
      },
    },
    'hidden error': { because: 'a webhook has no body that would mean failure: every 2xx is success (targets.md 0.1)' },
    'rate limited': throttled('scripted 429', named('webhook', hook, { status: 429, headers: { 'retry-after': '1' } })),
    unknown: lost(webhookGiven, named('webhook', hook, { delayMs: lateMs }), /^accepted,accepted$/),
  },
};

const mailbox = ({ mark }: Cell): string => `${mark}.example.com`;
const emailGiven = (_url: string, cell: Cell, ...locals: string[]): Given => ({
  target: 'email',
  config: { to: (locals.length === 0 ? ['soc'] : locals).map((local) => `${local}@${mailbox(cell)}`) },
});

export const email: Room = {
  target: 'email',
  receiver: 'email',
  good: (url, cell) => emailGiven(url, cell),
  isMine: (cell) => (item) => item.path.includes(mailbox(cell)),
  plays: {
    accepted: taken,
    // Nothing of a mail without a recipient arrives, so the receiver's verdict is its reply in the attempt.
    refused: {
      given: (url, cell) => emailGiven(url, cell, 'gone'),
      attempts: /^refused:mail_refused$/,
      verdicts: /^550 5\.1\.1$/,
      status: 'dead-lettered',
    },
    // 250 for the mail, and one of its recipients never gets it.
    'hidden error': {
      given: (url, cell) => emailGiven(url, cell, 'soc', 'gone'),
      attempts: /^refused:mail_partly_refused$/,
      verdicts: /^accepted,550 5\.1\.1$/,
      status: 'dead-lettered',
    },
    'rate limited': {
      given: (url, cell) => emailGiven(url, cell, 'grey'),
      attempts: /^(refused:mail_refused_for_now )+accepted$/,
      verdicts: /^451 4\.7\.1,accepted$/,
      status: 'delivered',
    },
    unknown: {
      before: (receivers) => receivers.option('email', 'closeAfterDot', true),
      after: (receivers) => receivers.option('email', 'closeAfterDot', false),
      attempts: /^(unknown:\w+ )+accepted$/,
      verdicts: /^accepted(,accepted; duplicate for \S+)*$/,
      status: 'delivered',
    },
  },
};
