import { createHash, verify, X509Certificate } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { SignedData, type SignerInfo } from '@peculiar/asn1-cms';
import { id_ct_tstInfo, TimeStampReq, TimeStampResp, TSTInfo, MessageImprint } from '@peculiar/asn1-tsp';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { certificatesIn, chainFault, signedAttributesIn, stampingFault } from './time-stamp-chain.js';

/**
 * RFC 3161 time stamps: a third party says, with a signature of its own, that a text existed at a moment. Checked offline, against a root
 * certificate that came from somewhere else; what is asked and answered is DER, so that `openssl ts -verify` can check the same file.
 */

const oid = {
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const;

/** SHA-1 is no longer believed: not in an imprint and not below a signature. */
const hashes: Readonly<Record<string, string>> = {
  [oid.sha256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** Which hash a signature is made over; null where the algorithm has its own (Ed25519), undefined where the digest algorithm says it. */
const signatures: Readonly<Record<string, string | null | undefined>> = {
  '1.2.840.113549.1.1.1': undefined,
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
};

/** The time stamp does not say what it should: nothing in it may be believed. */
export class TimeStampRefused extends Error {
  override readonly name = 'TimeStampRefused';
}

export interface TimeStamp {
  /** When the text existed already, as the authority says. */
  readonly at: Date;
  readonly serial: string;
  /** The name of the certificate that signed it. */
  readonly authority: string;
}

/** The request for a time stamp of a text (`application/timestamp-query`), with a nonce of at most 20 bytes and the wish for certificates. */
export function timeStampRequest(text: Uint8Array, nonce: Uint8Array): Buffer {
  const imprint = new MessageImprint({
    hashAlgorithm: new AlgorithmIdentifier({ algorithm: oid.sha256, parameters: null }),
    hashedMessage: new OctetString(createHash('sha256').update(text).digest()),
  });
  const request = new TimeStampReq({ messageImprint: imprint, nonce: bytesOf(positive(nonce)), certReq: true });
  return Buffer.from(AsnConvert.serialize(request));
}

/**
 * What a response (`application/timestamp-reply`, whole) says of a text. Throws `TimeStampRefused` unless it grants a token about exactly
 * this text, signed by a certificate that is for time stamping alone and leads to one of the roots (PEM), all valid at that time; with
 * `nonce`, also that it answers this request.
 */
export function verifyTimeStamp(
  response: Uint8Array,
  text: Uint8Array,
  roots: string,
  options: { readonly nonce?: Uint8Array } = {},
): TimeStamp {
  try {
    return verified(response, text, roots, options.nonce);
  } catch (error) {
    if (error instanceof TimeStampRefused) throw error;
    throw new TimeStampRefused('it cannot be read', { cause: error });
  }
}

function verified(response: Uint8Array, text: Uint8Array, roots: string, nonce: Uint8Array | undefined): TimeStamp {
  const { signed, info, content, der } = readToken(response);
  if (!isHashOf(info.messageImprint, text)) throw new TimeStampRefused('it is a time stamp of something else');
  if (nonce !== undefined && !positive(nonce).equals(bufferOf(info.nonce)))
    throw new TimeStampRefused('it answers another request');
  const signer = onlySigner(signed);
  const certificates = certificatesIn(der);
  const certificate = certificates.find((candidate) => isSignedBy(signer, candidate));
  if (certificate === undefined) throw new TimeStampRefused('the certificate that signed it is not in it');
  if (!isAuthentic(signer, signedAttributesIn(der), content, certificate))
    throw new TimeStampRefused('its signature is false');
  const fault = stampingFault(certificate) ?? chainFault(certificate, certificates, rootsIn(roots), info.genTime);
  if (fault !== null) throw new TimeStampRefused(fault);
  const authority = certificate.subject.replaceAll('\n', ', ');
  return { at: info.genTime, serial: bufferOf(info.serialNumber).toString('hex'), authority };
}

interface Token {
  readonly signed: SignedData;
  readonly info: TSTInfo;
  /** The bytes of `info` as they were signed. */
  readonly content: Buffer;
  /** The bytes of `signed` as they came. */
  readonly der: Buffer;
}

function readToken(response: Uint8Array): Token {
  const answer = parsed(response, TimeStampResp);
  // 0 granted, 1 granted with modifications (RFC 3161 section 2.4.2).
  if ((answer.status.status as number) > 1)
    throw new TimeStampRefused(
      `the authority refused: ${[...(answer.status.statusString ?? [])].join('; ') || 'no reason given'}`,
    );
  if (answer.timeStampToken === undefined) throw new TimeStampRefused('there is no token in it');
  const { contentType, content: der } = answer.timeStampToken;
  if (contentType !== oid.signedData) throw new TimeStampRefused('its token is no signed data');
  const signed = parsed(Buffer.from(der), SignedData);
  const content = signed.encapContentInfo.eContent?.single?.buffer;
  if (signed.encapContentInfo.eContentType !== id_ct_tstInfo || content === undefined)
    throw new TimeStampRefused('what is signed is no time stamp');
  return { signed, info: parsed(Buffer.from(content), TSTInfo), content: Buffer.from(content), der: Buffer.from(der) };
}

function onlySigner(signed: SignedData): SignerInfo {
  const [signer, ...others] = signed.signerInfos;
  // RFC 3161 section 2.4.2: nobody but the authority signs a token.
  if (signer === undefined || others.length > 0) throw new TimeStampRefused('it is not signed once');
  return signer;
}

function isHashOf({ hashAlgorithm, hashedMessage }: MessageImprint, text: Uint8Array): boolean {
  const hash = hashes[hashAlgorithm.algorithm];
  return hash !== undefined && createHash(hash).update(text).digest().equals(bufferOf(hashedMessage.buffer));
}

/** By the identifier, and by the attribute that binds the certificate itself, so that no other one of the same key can be put in. */
function isSignedBy(signer: SignerInfo, certificate: X509Certificate): boolean {
  const { issuerAndSerialNumber: named } = signer.sid;
  if (named !== undefined) {
    const serial = bufferOf(named.serialNumber).toString('hex').replace(/^0+/, '');
    if (serial !== certificate.serialNumber.toLowerCase().replace(/^0+/, '')) return false;
  }
  const v2 = attributeOf(signer, oid.signingCertificateV2);
  const v1 = v2 === undefined ? attributeOf(signer, oid.signingCertificate) : undefined;
  const bound = v2 ?? v1;
  if (bound === undefined) return false;
  const hash = createHash(v2 === undefined ? 'sha1' : essHashOf(bound))
    .update(certificate.raw)
    .digest();
  return bound.includes(hash);
}

/** An ESSCertIDv2 names its hash where it is not SHA-256. */
function essHashOf(attribute: Buffer): string {
  const named = Object.entries(hashes).find(([id]) => id !== oid.sha256 && attribute.includes(oidBytes(id)));
  return named?.[1] ?? 'sha256';
}

function isAuthentic(
  signer: SignerInfo,
  attributes: Buffer | null,
  content: Buffer,
  certificate: X509Certificate,
): boolean {
  const digest = hashes[signer.digestAlgorithm.algorithm];
  if (digest === undefined || attributes === null) return false;
  const type = attributeOf(signer, oid.contentType);
  const imprint = attributeOf(signer, oid.messageDigest);
  if (type === undefined || !type.subarray(2).equals(oidBytes(id_ct_tstInfo))) return false;
  if (imprint === undefined || !imprint.subarray(2).equals(createHash(digest).update(content).digest())) return false;
  const algorithm = signer.signatureAlgorithm.algorithm;
  if (!(algorithm in signatures)) return false;
  const named = signatures[algorithm];
  return verify(
    named === undefined ? digest : named,
    attributes,
    certificate.publicKey,
    bufferOf(signer.signature.buffer),
  );
}

/** The one value of a signed attribute; undefined when it is absent or not single. */
function attributeOf(signer: SignerInfo, type: string): Buffer | undefined {
  const found = (signer.signedAttrs ?? []).filter(({ attrType }) => attrType === type);
  const [value, ...others] = found.flatMap(({ attrValues }) => attrValues);
  return value === undefined || others.length > 0 ? undefined : Buffer.from(value);
}

/** The certificates of a PEM text; refuses a text without any. */
function rootsIn(pem: string): X509Certificate[] {
  const texts = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (texts.length === 0) throw new TimeStampRefused('no root certificate was given');
  return texts.map((text) => new X509Certificate(text));
}

function parsed<T>(bytes: Uint8Array, type: new () => T): T {
  try {
    return AsnConvert.parse(bytesOf(bytes), type);
  } catch (error) {
    throw new TimeStampRefused('it is no time stamp response', { cause: error });
  }
}

/** The content bytes of an object identifier (X.690 section 8.19). */
function oidBytes(id: string): Buffer {
  const [first = 0, second = 0, ...rest] = id.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return Buffer.from(bytes);
}

/** An INTEGER is positive and has one spelling: no leading zero byte but the one that keeps the sign. */
function positive(bytes: Uint8Array): Buffer {
  const trimmed = Buffer.from(bytes).subarray([...bytes].findIndex((byte) => byte !== 0));
  return ((trimmed[0] ?? 0) & 0x80) === 0 ? trimmed : Buffer.concat([Buffer.alloc(1), trimmed]);
}

const bytesOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const bufferOf = (bytes: ArrayBuffer | Uint8Array | undefined): Buffer =>
  Buffer.from((bytes ?? new ArrayBuffer(0)) as ArrayBuffer);
