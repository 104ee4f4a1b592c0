import { execFileSync } from 'node:child_process';
import type { Delivery } from '../api/shapes.js';
import { cliOf, curlOf } from './as-command.js';

const deliveryWith = (...requests: (object | null)[]): Delivery =>
  ({ id: 'dlv_1', attempts: requests.map((request) => ({ request })) }) as unknown as Delivery;

const request = {
  method: 'POST',
  url: 'https://hooks.example.com/in',
  headers: { 'Content-Type': 'application/json', 'Content-Length': '3', Host: 'hooks.example.com' },
  body: `{"text":"it's $HOME, \`id\` and \\"quotes\\"\\n⟦secret:url⟧"}`,
};

/** What a shell makes of a command: its words, one a line. `curl` is a function that prints them. */
function wordsOf(command: string | null, environment: Record<string, string>): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command ?? ''}`;
  return execFileSync('sh', ['-c', script], { env: environment, encoding: 'utf8', stdio: 'pipe' })
    .split('\0')
    .slice(0, -1);
}

describe('a delivery as a command', () => {
  it('is what was sent, word for word, however it has to be quoted', () => {
    const body = `{"text":"it's $HOME, \`id\` and \\"quotes\\"\\nhttps://s.example/x y"}`;
    expect(wordsOf(curlOf(deliveryWith(null, request)), { WAYBILL_SECRET_URL: 'https://s.example/x y' })).toEqual([
      ...['-i', '-X', 'POST', request.url],
      ...['-H', 'Content-Type: application/json', '--data-binary', body],
    ]);
  });

  it('asks for the secrets that it needs before it sends anything', () => {
    const secret = { ...request, url: 'https://hooks.example.com/…/****', headers: { 'x-key': '****' }, body: '' };
    const command = curlOf(deliveryWith(secret));
    expect(() => wordsOf(command, { WAYBILL_SECRET_URL: 'https://x' })).toThrow(/WAYBILL_SECRET_X_KEY/);
    const filled = wordsOf(command, { WAYBILL_SECRET_URL: 'https://x', WAYBILL_SECRET_X_KEY: 'k 1' });
    expect(filled).toEqual(['-i', '-X', 'POST', 'https://x', '-H', 'x-key: k 1']);
  });

  it('has a variable for each kind of credential that the record hides', () => {
    const url = 'https://x.example/in?sig=****&a=b';
    const [basic, bearer] = ['Basic ****', 'Bearer ****'].map((authorization) =>
      curlOf(
        deliveryWith({ ...request, url, headers: { authorization }, body: '{"routing_key":"⟦secret:routingKey⟧"}' }),
      ),
    );
    const environment = {
      WAYBILL_SECRET_SIG: 's1',
      WAYBILL_SECRET_USER_AND_PASSWORD: 'admin:p w',
      WAYBILL_SECRET_TOKEN: 't1',
      WAYBILL_SECRET_ROUTING_KEY: 'r1',
    };
    const body = ['--data-binary', '{"routing_key":"r1"}'];
    expect(wordsOf(basic ?? '', environment).slice(3)).toEqual([
      'https://x.example/in?sig=s1&a=b',
      '-u',
      'admin:p w',
      ...body,
    ]);
    expect(wordsOf(bearer ?? '', environment).slice(4)).toEqual(['-H', 'authorization: Bearer t1', ...body]);
  });

  it('is of the newest attempt that sent something', () => {
    const command = curlOf(deliveryWith(request, { ...request, method: 'PUT' }, null));
    expect(wordsOf(command, { WAYBILL_SECRET_URL: 'https://x' })[2]).toBe('PUT');
  });

  it.each([
    ['nothing that was never sent', deliveryWith(null)],
    ['no mail', deliveryWith({ method: 'SMTP', url: 'smtp://127.0.0.1:2525', headers: {}, body: '{}' })],
    ['no address that is none', deliveryWith({ ...request, url: '-K /etc/passwd' })],
  ])('is %s', (_, delivery) => expect(curlOf(delivery)).toBeNull());

  it('asks the command line why', () => expect(cliOf({ id: 'dlv_1' })).toBe('waybill why dlv_1'));
});
