import { setTimeout as delay } from 'node:timers/promises';
import { closeOpened, limits, mail, mailDoorTo, mailRoom } from './mail-rooms.spec.js';

afterEach(closeOpened);

describe('the phases of a mail', () => {
  const slow = (more: object = {}) =>
    mailRoom({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onConnect: (_session, done) => void delay(60).then(() => done()),
      onAuth: (_auth, _session, done) => void delay(50).then(() => done(null, { user: 'mailer' })),
      onMailFrom: (_address, _session, done) => void delay(40).then(() => done()),
      ...more,
    });
  const to = (port: number) =>
    mail(port, { smtpUrl: `smtp://mailer@127.0.0.1:${port}?tls=none`, passwordSecret: 'smtpPassword' });
  const secrets = { smtpPassword: 'hush-hush' };

  it('are told with their times, and those of a kept conversation are 0', async () => {
    const room = await slow();
    const door = mailDoorTo(room.port);
    const { timingsMs: first } = await door.sendMail(to(room.port), secrets, limits);
    expect(first.connect).toBeGreaterThan(0);
    // A timer of Node may come a millisecond early.
    expect(first.greeting).toBeGreaterThanOrEqual(58);
    expect(first.auth).toBeGreaterThanOrEqual(48);
    expect(first.data).toBeGreaterThanOrEqual(38);
    const { dns, connect, tls, greeting, auth, data, total } = first;
    expect(total + 0.1).toBeGreaterThanOrEqual(dns + connect + tls + greeting + auth + data);
    const { timingsMs: second } = await door.sendMail(to(room.port), secrets, limits);
    expect(second).toMatchObject({ dns: 0, connect: 0, tls: 0, greeting: 0, auth: 0 });
    expect(second.data).toBeGreaterThanOrEqual(38);
  });

  it('are told up to where a login is refused', async () => {
    const room = await slow({
      onAuth: (_auth: unknown, _session: unknown, done: (error: Error) => void) =>
        void delay(50).then(() => done(new Error('no'))),
    });
    const { timingsMs } = await mailDoorTo(room.port).sendMail(to(room.port), secrets, limits);
    expect(timingsMs.greeting).toBeGreaterThanOrEqual(58);
    expect(timingsMs.auth).toBeGreaterThanOrEqual(48);
    expect(timingsMs.data).toBe(0);
  });

  it('tell the handshake of implicit TLS apart, also one that comes to nothing', async () => {
    // smtp-server brings a certificate of its own, which nobody vouches for.
    const room = await mailRoom({ secure: true });
    const request = mail(room.port, { smtpUrl: `smtps://127.0.0.1:${room.port}` });
    const sent = await mailDoorTo(room.port).sendMail(request, {}, limits);
    expect(sent.answer).toMatchObject({ kind: 'none', code: 'tls_certificate_invalid' });
    expect(sent.timingsMs).toMatchObject({ auth: 0, data: 0 });
    expect(sent.timingsMs.tls + sent.timingsMs.greeting).toBeGreaterThan(0);
  });
});
