import { X509Certificate } from 'node:crypto';

/** id-kp-timeStamping (RFC 3161 section 2.3): the one purpose that the certificate of an authority may have. */
const timeStamping = '1.3.6.1.5.5.7.3.8';
/** Longer chains are somebody's attempt to keep a verifier busy. */
const chainMax = 8;
const certificatesMax = 32;

/** The X.509 certificates that a CMS SignedData carries, byte for byte: written anew they might not be what was signed. */
export function certificatesIn(signedData: Buffer): X509Certificate[] {
  const set = childrenOf(signedData).find(({ tag }) => tag === 0xa0);
  if (set === undefined) return [];
  return childrenOf(set.bytes)
    .filter(({ tag }) => tag === 0x30)
    .slice(0, certificatesMax)
    .flatMap(({ bytes }) => {
      try {
        return [new X509Certificate(bytes)];
      } catch {
        // What cannot be read has signed nothing.
        return [];
      }
    });
}

/** The signed attributes of the only signer of a CMS SignedData, as the SET OF that is signed (RFC 5652 section 5.4); null when there are none. */
export function signedAttributesIn(signedData: Buffer): Buffer | null {
  const signers = childrenOf(signedData).findLast(({ tag }) => tag === 0x31);
  const [signer] = signers === undefined ? [] : childrenOf(signers.bytes);
  const carried = signer === undefined ? undefined : childrenOf(signer.bytes).find(({ tag }) => tag === 0xa0);
  return carried === undefined ? null : Buffer.concat([Buffer.from([0x31]), carried.bytes.subarray(1)]);
}

/** Why a certificate may not stamp times; null when it may. */
export function stampingFault(certificate: X509Certificate): string | null {
  // `keyUsage` is what Node calls the extended one.
  const purposes = certificate.keyUsage as string[] | undefined;
  return purposes?.length === 1 && purposes[0] === timeStamping
    ? null
    : `the certificate of ${nameOf(certificate)} is not for time stamping alone`;
}

/** Why a certificate does not lead to one of the roots at a moment; null when it does. */
export function chainFault(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  at: Date,
): string | null {
  const trusted = new Set(roots.map(({ fingerprint256 }) => fingerprint256));
  let certificate = leaf;
  for (let depth = 0; depth < chainMax; depth += 1) {
    if (at < certificate.validFromDate || at > certificate.validToDate)
      return `the certificate of ${nameOf(certificate)} was not valid at ${at.toISOString()}`;
    if (trusted.has(certificate.fingerprint256)) return null;
    const issuer = [...roots, ...others].find(
      (candidate) => candidate.ca && certificate.checkIssued(candidate) && certificate.verify(candidate.publicKey),
    );
    if (issuer === undefined || issuer.fingerprint256 === certificate.fingerprint256) break;
    certificate = issuer;
  }
  return `the certificate of ${nameOf(leaf)} does not lead to a root that was given`;
}

const nameOf = (certificate: X509Certificate): string => certificate.subject.replaceAll('\n', ', ');

interface Element {
  readonly tag: number;
  /** With its tag and length. */
  readonly bytes: Buffer;
}

/** The elements inside a constructed DER element; throws `RangeError` where lengths lead outside of it. libs of ASN.1 write such bytes anew. */
function childrenOf(element: Buffer): Element[] {
  const children: Element[] = [];
  let at = headerOf(element, 0).start;
  while (at < element.length) {
    const { start, length } = headerOf(element, at);
    children.push({ tag: element.readUInt8(at), bytes: element.subarray(at, start + length) });
    at = start + length;
  }
  return children;
}

function headerOf(bytes: Buffer, at: number): { start: number; length: number } {
  const first = bytes.readUInt8(at + 1);
  const more = first < 0x80 ? 0 : first & 0x7f;
  const length = more === 0 ? first : bytes.readUIntBE(at + 2, more);
  const start = at + 2 + more;
  if (start + length > bytes.length) throw new RangeError('a DER element is longer than what holds it');
  return { start, length };
}
