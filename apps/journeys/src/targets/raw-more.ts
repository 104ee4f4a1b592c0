import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ReceiversClient } from '@waybill/receivers/client';
import { pause } from '../story.js';
import { sendRaw } from './raw-rows.js';

const basic = { authorization: `Basic ${btoa('agent@example.com:good-token')}` };
const fields = { project: { key: 'SEC' }, issuetype: { name: 'Task' } };

/** Rows that need a ticket first: its id stands in the next request. */
export async function rawTickets(url: string, receivers: ReceiversClient): Promise<void> {
  await receivers.option('jira', 'perSecond', 0);
  const summary = `raw ${Date.now()}`;
  const { json } = await sendRaw(url, {
    rule: '',
    path: '/jira/rest/api/3/issue',
    body: { fields: { ...fields, summary } },
    headers: basic,
  });
  const { id } = json as { id: string };
  const issue = `/jira/rest/api/3/issue/${id}`;
  await sendRaw(url, {
    rule: 'jira.transition-unavailable',
    path: `${issue}/transitions`,
    body: { transition: { id: '99' } },
    headers: basic,
  });
  const body = {
    type: 'doc',
    version: 1,
    content: [{ type: 'paragraph', content: [{ type: 'text', text: 'x'.repeat(32_768) }] }],
  };
  await sendRaw(url, { rule: 'jira.comment-length', path: `${issue}/comment`, body: { body }, headers: basic });
  const search = { jql: `summary ~ "${summary}"`, reconcileIssues: [Number(id)] };
  await sendRaw(url, {
    rule: 'jira.search-reconciled',
    path: '/jira/rest/api/3/search/jql',
    body: search,
    headers: basic,
  });

  const request = { serviceDeskId: '4', requestTypeId: '27', requestFieldValues: { summary, description: 'y' } };
  const made = await sendRaw(url, {
    rule: '',
    path: '/jsm/rest/servicedeskapi/request',
    body: request,
    headers: basic,
  });
  const { issueKey } = made.json as { issueKey: string };
  const desk = `/jsm/rest/servicedeskapi/request/${issueKey}`;
  await sendRaw(url, { rule: 'jsm.comment-public', path: `${desk}/comment`, body: { body: 'x' }, headers: basic });
  await sendRaw(url, { rule: 'jsm.transition', path: `${desk}/transition`, body: { id: '77' }, headers: basic });
}

/** Rows about two attempts of one delivery, which a sender that is right never shows. */
export async function rawAttempts(url: string, receivers: ReceiversClient): Promise<void> {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const name = `raw-${Date.now()}`;
  await receivers.option('webhook', 'signingSecrets', [secret], name);
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const attempt = async (id: string, body: string): Promise<void> => {
    const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(`${id}.${timestamp}.${body}`)
      .digest('base64');
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
    await sendRaw(url, { rule: '', path: `/webhook/${name}`, body, headers });
  };
  await receivers.script('webhook', name, [{ status: 503 }]);
  await attempt('msg_1', '{"n":1}');
  await attempt('msg_2', '{"n":1}');
  await attempt('msg_3', '{"n":2}');
  await pause(2_050);
  await attempt('msg_3', '{"n":2}');

  const gone = `${name}-gone`;
  await receivers.option('webhook', 'gone', true, gone);
  for (let i = 0; i < 2; i += 1) await sendRaw(url, { rule: '', path: `/webhook/${gone}`, body: {} });

  await receivers.option('webhook', 'auth', { kind: 'oauth2' }, `${name}-oauth`);
  await sendRaw(url, { rule: '', path: `/webhook/${name}-oauth`, body: {} });
  const client = {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${btoa('waybill-client:waybill-client-secret')}`,
  };
  for (let i = 0; i < 2; i += 1)
    await sendRaw(url, { rule: '', path: '/oauth/token', body: 'grant_type=client_credentials', headers: client });
}

/** Says the lines to the mail server, each after the reply to the one before; after STARTTLS over TLS. */
async function talk(smtpUrl: string, ...lines: readonly string[]): Promise<void> {
  const { hostname, port } = new URL(smtpUrl);
  let heard = '';
  const listenTo = (socket: Socket): Socket =>
    socket.on('error', () => undefined).on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  const replied = async (): Promise<void> => {
    for (const until = Date.now() + 2_000; !/^(?:\d{3}-[^\r]*\r\n)*\d{3} [^\r]*\r\n/.test(heard) && Date.now() < until;)
      await pause(5);
    heard = '';
  };
  let socket = listenTo(connect(Number(port), hostname));
  await replied();
  for (const line of lines) {
    socket.write(`${line}\r\n`, 'latin1');
    await replied();
    if (line !== 'STARTTLS') continue;
    socket.removeAllListeners();
    // Who the server is does not matter here: nothing that is said is a secret.
    const secured = connectTls({ socket, rejectUnauthorized: false });
    await new Promise((resolve, reject) => secured.once('secureConnect', resolve).once('error', reject));
    socket = listenTo(secured);
  }
  socket.destroy();
}

/** Rows of the mail server that nodemailer and egress make impossible. */
export async function rawMails(smtpUrl: string, receivers: ReceiversClient): Promise<void> {
  const mail = (...content: readonly string[]): Promise<void> =>
    talk(
      smtpUrl,
      'EHLO raw.example',
      'MAIL FROM:<a@example.com>',
      'RCPT TO:<raw@example.com>',
      'DATA',
      `${content.join('\r\n')}\r\n.`,
    );
  const heads = [
    'Date: Tue, 24 Nov 2026 06:00:00 +0000',
    `Message-ID: <${Date.now()}@raw.example>`,
    'From: a@example.com',
  ];
  await receivers.option('email', 'requireTls', true);
  await talk(smtpUrl, 'EHLO raw.example', 'MAIL FROM:<a@example.com>');
  await receivers.option('email', 'requireTls', false);
  await talk(smtpUrl, 'EHLO raw.example', `AUTH PLAIN ${btoa('\0waybill\0mail-password')}`);
  const wrong = `AUTH PLAIN ${btoa('\0waybill\0old-password')}`;
  await talk(smtpUrl, 'EHLO raw.example', 'STARTTLS', 'EHLO raw.example', wrong, wrong, wrong);
  await talk(smtpUrl, 'EHLO raw.example', 'MAIL FROM:<a@example.com> SIZE=99999999');
  await talk(smtpUrl, 'EHLO raw.example', 'MAIL FROM:<a@example.com>', 'RCPT TO:<bad@@example.com>');
  await mail(...heads, '', 'a\nb');
  await mail(...heads, '', 'x'.repeat(1_001));
  await mail('From: a@example.com', '', 'no date');
  await mail(...heads, 'Subject: \xe9', '', 'x');
  await mail(...heads, 'Subject: one', 'Subject: two', '', 'x');
  await mail(...heads, '', 'x\r\n.\r\nMAIL FROM:<b@example.com>\r\nx');
  await receivers.option('email', 'sizeMax', 300);
  await mail(...heads, '', 'x'.repeat(400));
  await receivers.option('email', 'sizeMax', 10_485_760);
}
