import 'reflect-metadata';
import { createHash, createPrivateKey, type KeyObject, randomBytes, sign, webcrypto } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Attribute,
  CertificateChoices,
  CertificateSet,
  CMSVersion,
  DigestAlgorithmIdentifier,
  EncapsulatedContent,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignatureAlgorithmIdentifier,
  SignedData,
  SignerIdentifier,
  SignerInfo,
} from '@peculiar/asn1-cms';
import { AsnConvert, AsnProp, AsnPropTypes, AsnType, AsnTypeTypes, OctetString } from '@peculiar/asn1-schema';
import { PKIStatus, PKIStatusInfo, TimeStampReq, TimeStampResp, TimeStampToken, TSTInfo } from '@peculiar/asn1-tsp';
import { Certificate as CertificateAsn } from '@peculiar/asn1-x509';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsageExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { signedAttributesIn } from '@waybill/event-log/time-stamp-chain';

/** How an authority may be wrong. */
export type Misbehaviour =
  'none' | 'refuses' | 'stamps-another-text' | 'forgets-the-nonce' | 'is-for-servers' | 'answers-503' | 'floods';

export interface TimeStampServer {
  readonly url: string;
  readonly rootPem: string;
  behaves: Misbehaviour;
  close(): Promise<void>;
}

const timeStamping = '1.3.6.1.5.5.7.3.8';
const serverAuth = '1.3.6.1.5.5.7.3.1';
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const sha256 = '2.16.840.1.101.3.4.2.1';
const dayMs = 86_400_000;

@AsnType({ type: AsnTypeTypes.Sequence })
class EssCertIdV2 {
  @AsnProp({ type: OctetString })
  hash = new OctetString();
}
@AsnType({ type: AsnTypeTypes.Sequence })
class SigningCertificateV2 {
  @AsnProp({ type: EssCertIdV2, repeated: 'sequence' })
  certs: EssCertIdV2[] = [];
}
@AsnType({ type: AsnTypeTypes.Choice })
class Identifier {
  @AsnProp({ type: AsnPropTypes.ObjectIdentifier })
  value = '1.2';
}

interface Authority {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

/** A time stamp authority with a root of its own, over HTTP, as RFC 3161 section 3.4 says. */
export async function startTimeStampServer(): Promise<TimeStampServer> {
  cryptoProvider.set(webcrypto);
  const root = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const validity = { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + dayMs) };
  const rootCertificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Root of the stand-in', keys: root, signingAlgorithm: algorithm, ...validity,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  }); // prettier-ignore
  const issue = async (usage: string): Promise<Authority> => {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.create({
      subject: 'CN=Time stamps of the stand-in', issuer: rootCertificate.subject, publicKey: keys.publicKey,
      signingKey: root.privateKey, signingAlgorithm: algorithm, ...validity, serialNumber: randomBytes(8).toString('hex'),
      extensions: [new ExtendedKeyUsageExtension([usage], true)],
    }); // prettier-ignore
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
    return { certificate, key: createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }) };
  };
  const [authority, wrong] = [await issue(timeStamping), await issue(serverAuth)];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      if (stand.behaves === 'answers-503') return response.writeHead(503).end();
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' });
      if (stand.behaves === 'floods') return response.end(Buffer.alloc(1_000_000));
      const signer = stand.behaves === 'is-for-servers' ? wrong : authority;
      try {
        return response.end(answerTo(Buffer.concat(pieces), signer, stand.behaves));
      } catch (error) {
        return response.destroy(error as Error);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stand: TimeStampServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsa`,
    rootPem: rootCertificate.toString('pem'),
    behaves: 'none',
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
  return stand;
}

function answerTo(query: Buffer, authority: Authority, behaves: Misbehaviour): Buffer {
  if (behaves === 'refuses')
    return der(new TimeStampResp({ status: new PKIStatusInfo({ status: PKIStatus.rejection }) }));
  const request = AsnConvert.parse(new Uint8Array(query).buffer, TimeStampReq);
  const { messageImprint } = request;
  if (behaves === 'stamps-another-text')
    messageImprint.hashedMessage = new OctetString(createHash('sha256').update('another').digest());
  const info = new TSTInfo({
    policy: '1.2.3.4', messageImprint, serialNumber: bytes(randomBytes(8).fill(1, 0, 1)), genTime: new Date(),
    ...(request.nonce === undefined || behaves === 'forgets-the-nonce' ? {} : { nonce: request.nonce }),
  }); // prettier-ignore
  const content = new TimeStampToken({
    contentType: '1.2.840.113549.1.7.2',
    content: AsnConvert.serialize(signed(der(info), authority)),
  });
  return der(new TimeStampResp({ status: new PKIStatusInfo({ status: PKIStatus.granted }), timeStampToken: content }));
}

function signed(content: Buffer, { certificate, key }: Authority): SignedData {
  const parsed = AsnConvert.parse(certificate.rawData, CertificateAsn);
  const digest = new DigestAlgorithmIdentifier({ algorithm: sha256 });
  const attribute = (attrType: string, value: object): Attribute =>
    new Attribute({ attrType, attrValues: [AsnConvert.serialize(value)] });
  const type = Object.assign(new Identifier(), { value: '1.2.840.113549.1.9.16.1.4' });
  const bound = Object.assign(new EssCertIdV2(), { hash: new OctetString(hash(Buffer.from(certificate.rawData))) });
  const info = new SignerInfo({
    version: CMSVersion.v1,
    sid: new SignerIdentifier({
      issuerAndSerialNumber: new IssuerAndSerialNumber({
        issuer: parsed.tbsCertificate.issuer,
        serialNumber: parsed.tbsCertificate.serialNumber,
      }),
    }),
    digestAlgorithm: digest,
    signedAttrs: [
      attribute('1.2.840.113549.1.9.3', type),
      attribute('1.2.840.113549.1.9.4', new OctetString(hash(content))),
      attribute('1.2.840.113549.1.9.16.2.47', Object.assign(new SigningCertificateV2(), { certs: [bound] })),
    ],
    signatureAlgorithm: new SignatureAlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' }),
    signature: new OctetString(),
  });
  const data = new SignedData({
    version: CMSVersion.v3,
    encapContentInfo: new EncapsulatedContentInfo({
      eContentType: '1.2.840.113549.1.9.16.1.4',
      eContent: new EncapsulatedContent({ single: new OctetString(bytes(content)) }),
    }),
    certificates: new CertificateSet([new CertificateChoices({ certificate: parsed })]),
  });
  data.digestAlgorithms.push(digest);
  data.signerInfos.push(info);
  info.signature = new OctetString(bytes(sign('sha256', signedAttributesIn(der(data)) ?? Buffer.alloc(0), key)));
  return data;
}

const hash = (content: Buffer): ArrayBuffer => bytes(createHash('sha256').update(content).digest());
const der = (value: object): Buffer => Buffer.from(AsnConvert.serialize(value));
const bytes = (buffer: Buffer): ArrayBuffer => new Uint8Array(buffer).buffer;
