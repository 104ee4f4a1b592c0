import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { X509Certificate } from '@peculiar/x509';
import type { Answer } from '@waybill/contracts/sending/request';
import { doorTo, isWholeRequest, ok, postTo } from './rooms.spec.js';

/** Far more than anything here takes: time is the subject only where it is given. */
const limits = { timeoutMs: 30_000 };
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface Holder {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly certPem: string;
  readonly keyPem: string;
}

let authority: Holder;
let stranger: Holder;

beforeAll(async () => {
  cryptoProvider.set(webcrypto);
  authority = await issue('CN=authority', null);
  stranger = await issue('CN=stranger', null);
});

/** A certificate for 127.0.0.1 and localhost unless told otherwise; without a signer it signs itself and others. */
async function issue(
  subject: string,
  signer: Holder | null,
  wish: { host?: string; untilMs?: number } = {},
): Promise<Holder> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const names =
    wish.host === undefined
      ? [
          { type: 'ip' as const, value: '127.0.0.1' },
          { type: 'dns' as const, value: 'localhost' },
        ]
      : [{ type: 'dns' as const, value: wish.host }];
  const certificate = await X509CertificateGenerator.create({
    subject,
    issuer: signer?.certificate.subject ?? subject,
    notBefore: new Date(Date.now() - 10 * dayMs),
    notAfter: new Date(Date.now() + (wish.untilMs ?? dayMs)),
    publicKey: keys.publicKey,
    signingKey: signer?.keys.privateKey ?? keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(signer === null), new SubjectAlternativeNameExtension(names)],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate, keys, certPem: certificate.toString('pem'), keyPem: PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}

async function serve(
  holder: Holder,
  options: TlsOptions = {},
): Promise<{ port: number; received: string[]; names: unknown[] }> {
  const heard = { port: 0, received: [] as string[], names: [] as unknown[] };
  const server = createServer({ cert: holder.certPem, key: holder.keyPem, ...options }, (socket) => {
    heard.names.push(socket.servername);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (!isWholeRequest(text)) return;
      heard.received.push(text);
      socket.end(ok);
    });
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push(() => new Promise((done) => server.close(() => done())));
  heard.port = (server.address() as AddressInfo).port;
  return heard;
}

async function send(
  port: number,
  changes: Parameters<typeof postTo>[1] = {},
  secrets = {},
  host = '127.0.0.1',
): Promise<Answer> {
  const door = doorTo([port]);
  open.push(() => door.close());
  return (await door.sendHttp(postTo(`https://${host}:${port}/hook`, changes), secrets, limits)).answer;
}

describe('a certificate', () => {
  it.each([['127.0.0.1'], ['localhost']])("of the connector's own authority for %s is taken", async (host) => {
    const server = await serve(await issue('CN=good', authority));
    expect(await send(server.port, { caPem: authority.certPem }, {}, host)).toMatchObject({
      kind: 'http',
      status: 200,
    });
    // SNI carries names, never addresses (RFC 6066).
    expect(server.names[0]).toBe(host === 'localhost' ? 'localhost' : false);
  });

  it.each([
    ['that has expired', (): Promise<Holder> => issue('CN=old', authority, { untilMs: -dayMs }), 'CERT_HAS_EXPIRED'],
    [
      'for another name',
      (): Promise<Holder> => issue('CN=other', authority, { host: 'other.example' }),
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    ['that signed itself', (): Promise<Holder> => issue('CN=self', null), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['of another authority', (): Promise<Holder> => issue('CN=foreign', stranger), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ])('%s is refused with the reason, and nothing is sent (IN-36)', async (_what, make, code) => {
    const server = await serve(await make());
    const answer = await send(server.port, { caPem: authority.certPem });
    expect(answer).toMatchObject({
      kind: 'none',
      sent: false,
      code: 'tls_certificate_invalid',
      retry: 'later',
      message: expect.stringContaining(code),
    });
    expect(JSON.stringify(answer)).not.toContain('127.0.0.1');
    expect(server.received).toEqual([]);
  });

  it('of a private authority is refused by a connector that does not name it, also where another one does', async () => {
    const server = await serve(await issue('CN=good', authority));
    const door = doorTo([server.port]);
    open.push(() => door.close());
    const url = `https://127.0.0.1:${server.port}/hook`;
    const trusting = await door.sendHttp(postTo(url, { caPem: authority.certPem }), {}, limits);
    expect(trusting.answer).toMatchObject({ kind: 'http' });
    expect(trusting.timingsMs.tls).toBeGreaterThan(0);
    expect((await door.sendHttp(postTo(url), {}, limits)).answer).toMatchObject({
      code: 'tls_certificate_invalid',
      sent: false,
    });
  });

  it('over TLS 1.1 is refused, without falling back', async () => {
    const server = await serve(await issue('CN=good', authority), {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    expect(await send(server.port, { caPem: authority.certPem })).toMatchObject({
      code: 'tls_failed',
      sent: false,
    });
  });

  it("that cannot be read is the connector's fault", async () => {
    const server = await serve(await issue('CN=good', authority));
    const answer = await send(server.port, {
      caPem: '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----',
    });
    expect(answer).toMatchObject({ code: 'tls_certificate_invalid', sent: false, retry: 'never' });
  });
});

describe('a client certificate', () => {
  const auth = { kind: 'mtls', certSecret: 'clientCertPem', keySecret: 'clientKeyPem' } as const;

  it('is shown where the connector has one, and the connection is not shared with those that have none', async () => {
    const server = await serve(await issue('CN=good', authority), {
      requestCert: true,
      rejectUnauthorized: true,
      ca: authority.certPem,
    });
    const client = await issue('CN=waybill', authority, { host: 'waybill.example' });
    const door = doorTo([server.port]);
    open.push(() => door.close());
    const url = `https://127.0.0.1:${server.port}/hook`;
    const secrets = { clientCertPem: client.certPem, clientKeyPem: client.keyPem };
    const caPem = authority.certPem;
    expect((await door.sendHttp(postTo(url, { auth, caPem }), secrets, limits)).answer).toMatchObject({
      kind: 'http',
      status: 200,
    });
    expect((await door.sendHttp(postTo(url, { caPem }), {}, limits)).answer).toMatchObject({ kind: 'none' });
    expect(server.received).toHaveLength(1);
  });

  it('with another key is refused without a word of the key', async () => {
    const server = await serve(await issue('CN=good', authority));
    const answer = await send(
      server.port,
      { auth },
      { clientCertPem: authority.certPem, clientKeyPem: stranger.keyPem },
    );
    expect(answer).toMatchObject({
      code: 'tls_certificate_invalid',
      retry: 'never',
      message: 'TLS: the certificate, key or authority cannot be read.',
    });
  });
});

describe('what is no TLS at all', () => {
  it.each([
    ['answers in clear text', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['closes at once', ''],
  ])('and %s is refused before anything is sent', async (_what, said) => {
    const { createServer: createPlain } = await import('node:net');
    const server = createPlain((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(said));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    open.push(() => new Promise((done) => server.close(() => done())));
    expect(await send((server.address() as AddressInfo).port)).toMatchObject({
      code: 'tls_failed',
      sent: false,
      retry: 'later',
    });
  });
});
