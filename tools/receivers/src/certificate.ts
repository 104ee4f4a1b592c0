import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
  cryptoProvider,
  type Extension,
} from '@peculiar/x509';

export interface Certificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A development CA and what it has signed; `stranger` and `selfSigned` are what must not be trusted. */
export interface Certificates {
  readonly caPem: string;
  readonly server: Readonly<Record<ServerCertificate, Certificate>>;
  readonly client: Certificate;
  readonly stranger: Certificate;
}

export const serverCertificates = ['good', 'expired', 'self-signed', 'wrong-name'] as const;
export type ServerCertificate = (typeof serverCertificates)[number];

const dayMs = 24 * 60 * 60 * 1_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const names = [
  { type: 'dns' as const, value: 'localhost' },
  { type: 'ip' as const, value: '127.0.0.1' },
  { type: 'ip' as const, value: '::1' },
];

interface Authority {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** With a folder, the CA is kept there and used again, so that a deployment file may name it; without, it lives as long as the process. */
export async function makeCertificates(folder: string | null): Promise<Certificates> {
  cryptoProvider.set(webcrypto);
  const authority = folder === null ? await newAuthority('Receivers development CA') : await keptAuthority(folder);
  const elsewhere = await newAuthority('A CA that nobody trusts');
  const server = (subject: string, signer: Authority | null, options: Partial<Wish> = {}): Promise<Certificate> =>
    issue(
      { subject, names, usage: ExtendedKeyUsage.serverAuth, fromMs: -dayMs, untilMs: 365 * dayMs, ...options },
      signer,
    );
  return {
    caPem: authority.certificate.toString('pem'),
    server: {
      good: await server('CN=localhost', authority),
      expired: await server('CN=localhost', authority, { fromMs: -10 * dayMs, untilMs: -dayMs }),
      'self-signed': await server('CN=localhost', null),
      'wrong-name': await server('CN=other.example', authority, { names: [{ type: 'dns', value: 'other.example' }] }),
    },
    client: await server('CN=waybill-client', authority, { usage: ExtendedKeyUsage.clientAuth, names: [] }),
    stranger: await server('CN=stranger', elsewhere, { usage: ExtendedKeyUsage.clientAuth, names: [] }),
  };
}

async function keptAuthority(folder: string): Promise<Authority> {
  await mkdir(folder, { recursive: true });
  const certFile = join(folder, 'ca.pem');
  const keyFile = join(folder, 'ca-key.pem');
  try {
    const certificate = new X509Certificate(await readFile(certFile, 'utf8'));
    const privateKey = await webcrypto.subtle.importKey(
      'pkcs8',
      PemConverter.decodeFirst(await readFile(keyFile, 'utf8')),
      algorithm,
      true,
      ['sign'],
    );
    const publicKey = (await certificate.publicKey.export()) as unknown as webcrypto.CryptoKey;
    if (certificate.notAfter.getTime() > Date.now()) return { certificate, keys: { privateKey, publicKey } };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const made = await newAuthority('Receivers development CA');
  await writeFile(certFile, made.certificate.toString('pem'));
  await writeFile(keyFile, await pemOf(made.keys), { mode: 0o600 });
  return made;
}

async function newAuthority(name: string): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 3_650 * dayMs),
    signingAlgorithm: algorithm,
    keys: keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certificate, keys };
}

interface Wish {
  readonly subject: string;
  readonly names: readonly { readonly type: 'dns' | 'ip'; readonly value: string }[];
  readonly usage: ExtendedKeyUsage;
  /** Relative to now. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Signed by the authority, or by itself. */
async function issue(wish: Wish, signer: Authority | null): Promise<Certificate> {
  const keys = await newKeys();
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new ExtendedKeyUsageExtension([wish.usage]),
  ];
  if (wish.names.length > 0) extensions.push(new SubjectAlternativeNameExtension([...wish.names]));
  const certificate = await X509CertificateGenerator.create({
    subject: wish.subject,
    issuer: signer === null ? wish.subject : signer.certificate.subject,
    notBefore: new Date(Date.now() + wish.fromMs),
    notAfter: new Date(Date.now() + wish.untilMs),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: (signer ?? { keys }).keys.privateKey,
    extensions,
  });
  return { certPem: certificate.toString('pem'), keyPem: await pemOf(keys) };
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function pemOf(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}
