import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One object of the bucket, with what keeps it there. */
export interface KeptObject {
  readonly body: Buffer;
  readonly type: string;
  readonly lockMode: string;
  readonly lockedUntil: Date;
}

export interface BucketServer {
  /** `http://127.0.0.1:<port>/<bucket>/<prefix>`. */
  readonly url: string;
  readonly objects: ReadonlyMap<string, KeptObject>;
  /** Why requests were refused, in order. */
  readonly refusals: readonly string[];
  /** Answers every request with this status until it is null again. */
  broken: number | null;
  /** As somebody else with the right to write would: without asking. */
  plant(name: string, body: string): void;
  close(): Promise<void>;
}

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'a-secret/with+signs',
  region: 'eu-test-1',
} as const;
export const bucketCredentials = credentials;
const skewMsMax = 15 * 60_000;

/**
 * A bucket with object lock, strict where S3 is: signature version 4 is computed here once more from the request as it came (after the
 * description in the S3 API reference), every `x-amz-*` header must be signed, a lock needs a checksum, and what is locked stays.
 */
export async function startBucket(): Promise<BucketServer> {
  const objects = new Map<string, KeptObject>();
  const refusals: string[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const [status, code, answer] = bucket.broken !== null ? [bucket.broken, 'SlowDown', null] : judge(request, body);
      if (code !== null) refusals.push(`${request.method ?? ''} ${request.url ?? ''}: ${code}`);
      response
        .writeHead(status)
        .end(code === null ? answer : `<Error><Code>${code}</Code><Message>no</Message></Error>`);
    });
  });
  const judge = (request: IncomingMessage, body: Buffer): [number, string | null, Buffer | null] => {
    const fault = signatureFault(request, body);
    if (fault !== null) return [403, fault, null];
    const name = (request.url ?? '').replace(/^\/checkpoints\//, '');
    const there = objects.get(name);
    if (request.method === 'GET') return there === undefined ? [404, 'NoSuchKey', null] : [200, null, there.body];
    if (request.method !== 'PUT') return [403, 'AccessDenied', null];
    const { headers } = request;
    const mode = String(headers['x-amz-object-lock-mode']);
    const until = new Date(String(headers['x-amz-object-lock-retain-until-date']));
    if (headers['content-md5'] !== createHash('md5').update(body).digest('base64')) return [400, 'BadDigest', null];
    if (!['COMPLIANCE', 'GOVERNANCE'].includes(mode) || !(until.getTime() > Date.now()))
      return [400, 'InvalidRequest', null];
    if (there !== undefined)
      return headers['if-none-match'] === '*' ? [412, 'PreconditionFailed', null] : [403, 'AccessDenied', null];
    objects.set(name, { body, type: String(headers['content-type']), lockMode: mode, lockedUntil: until });
    return [200, null, Buffer.alloc(0)];
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bucket: BucketServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/checkpoints/of waybill`.replace(' ', '%20'),
    objects,
    refusals,
    broken: null,
    plant: (name, body) =>
      void objects.set(name, { body: Buffer.from(body), type: '', lockMode: '', lockedUntil: new Date(0) }),
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
  return bucket;
}

/** What S3 would say is wrong with the signature of a request; null when it is good. */
function signatureFault(request: IncomingMessage, body: Buffer): string | null {
  const { headers, method = '', url = '' } = request;
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (match === null) return 'AuthorizationHeaderMalformed';
  const [, keyId, day = '', region, signed = '', signature] = match;
  if (keyId !== credentials.accessKeyId) return 'InvalidAccessKeyId';
  if (region !== credentials.region) return 'AuthorizationHeaderMalformed';
  const at = String(headers['x-amz-date']);
  const iso = at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  if (!at.startsWith(day) || !(Math.abs(Date.parse(iso) - Date.now()) <= skewMsMax)) return 'RequestTimeTooSkewed';
  const names = signed.split(';');
  const mustSign = [
    'host',
    ...Object.keys(headers).filter((name) => name.startsWith('x-amz-') || name === 'content-md5'),
  ];
  if (mustSign.some((name) => !names.includes(name)) || [...names].sort().join(';') !== signed) return 'AccessDenied';
  const hash = createHash('sha256').update(body).digest('hex');
  const said = String(headers['x-amz-content-sha256']);
  if (said !== hash && !(method === 'GET' && said === 'UNSIGNED-PAYLOAD')) return 'XAmzContentSHA256Mismatch';
  const path = url
    .split('/')
    .map((part) => encodeURIComponent(decodeURIComponent(part)))
    .join('/');
  const lines = names.map((name) => `${name}:${String(headers[name]).trim().replace(/\s+/g, ' ')}\n`).join('');
  const canonical = [method, path, '', lines, signed, said].join('\n');
  const scope = `${day}/${credentials.region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', at, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = [day, credentials.region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  );
  return createHmac('sha256', key).update(text).digest('hex') === signature ? null : 'SignatureDoesNotMatch';
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
