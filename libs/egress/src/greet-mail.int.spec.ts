import { closeOpened, mailDoorTo, mailRoom } from './mail-rooms.spec.js';

afterEach(closeOpened);

describe('the greeting of the mail server of the deployment', () => {
  const smtp = (port: number) => ({
    url: `smtp://mailer@127.0.0.1:${port}?tls=none`,
    password: 'hush-hush',
    from: 'waybill@example.com',
  });

  it('answers null where the deployment has none', async () => {
    expect(await mailDoorTo(2525).greetMailServer(1_000)).toBeNull();
  });

  it('logs in and sends no mail', async () => {
    const room = await mailRoom({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (auth, _session, done) => done(null, { user: auth.username }),
    });
    expect(await mailDoorTo(room.port, { smtp: smtp(room.port) }).greetMailServer(3_000)).toBe(
      `smtp://127.0.0.1:${room.port}`,
    );
    expect(room.mails).toHaveLength(0);
  });

  it('rejects with the words of a server that does not take the login, without the password', async () => {
    const room = await mailRoom({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(new Error('I do not take hush-hush')),
    });
    const greeted = mailDoorTo(room.port, { smtp: smtp(room.port) }).greetMailServer(3_000);
    const said = await greeted.catch((error: Error) => error.message);
    expect(said).toContain('I do not take');
    expect(said).not.toContain('hush-hush');
  });

  it('rejects where nobody listens', async () => {
    await expect(mailDoorTo(1, { smtp: smtp(1) }).greetMailServer(3_000)).rejects.toThrow();
  });
});
