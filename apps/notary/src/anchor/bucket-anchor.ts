import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { type Anchor, AnchorContradicted, anchorName, timeStampEnding } from './anchor.js';

export interface BucketOptions {
  /** `https://<endpoint>/<bucket>[/<prefix>]`, or with the bucket in the host. */
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** In mode `compliance` not even the owner of the account can take an object away before its time. */
  readonly lock: 'compliance' | 'governance';
  readonly lockDays: number;
  readonly now: () => Date;
}

const answerWaitMs = 10_000;
/** The next heartbeat tries again anyway. */
const retries = 2;
/** What a bucket says of a fault, in XML; more is not read. */
const faultBytesMax = 4_096;

/**
 * A bucket of S3, or of anything that speaks its protocol (signature version 4), made with object lock: each checkpoint is an object that
 * nobody can change or take away before its time. Writes only what is not there (`If-None-Match`), and compares what is.
 */
export function bucketAnchor(options: BucketOptions): Anchor {
  const { url, region, accessKeyId, secretAccessKey, lock, lockDays, now } = options;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries });
  const root = url.replace(/\/+$/, '');
  const call = (name: string, init: RequestInit): Promise<Response> =>
    client.fetch(`${root}/${name}`, { ...init, redirect: 'manual', signal: AbortSignal.timeout(answerWaitMs) });

  const put = async (name: string, body: Buffer, type: string): Promise<void> => {
    const until = new Date(now().getTime() + lockDays * 86_400_000);
    const response = await call(name, {
      method: 'PUT',
      body: new Uint8Array(body),
      headers: {
        'content-type': type,
        // S3 refuses an object under lock without a checksum of its own.
        'content-md5': createHash('md5').update(body).digest('base64'),
        'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
        'x-amz-object-lock-mode': lock.toUpperCase(),
        'x-amz-object-lock-retain-until-date': until.toISOString(),
        'if-none-match': '*',
      },
    });
    if (response.status === 412) return compare(name, body);
    if (!response.ok) throw new Error(`the bucket refused ${name}: ${await faultOf(response)}`);
    await response.arrayBuffer();
  };
  const compare = async (name: string, body: Buffer): Promise<void> => {
    const response = await call(name, { method: 'GET' });
    if (!response.ok) throw new Error(`the bucket does not show ${name}: ${await faultOf(response)}`);
    // A time stamp made again says another time about the same note; the first one is the better one.
    if (name.endsWith(timeStampEnding)) return void (await response.arrayBuffer());
    if (!Buffer.from(await response.arrayBuffer()).equals(body))
      throw new AnchorContradicted(`the bucket holds another checkpoint as ${name}`);
  };
  return {
    name: 'bucket',
    async keep({ log, size, note, timeStamp }) {
      const name = anchorName(log, size);
      await put(name, Buffer.from(note), 'text/plain; charset=utf-8');
      if (timeStamp !== null) await put(`${name}${timeStampEnding}`, timeStamp, 'application/timestamp-reply');
    },
  };
}

async function faultOf(response: Response): Promise<string> {
  const text = (await response.text()).slice(0, faultBytesMax);
  const [code, message] = ['Code', 'Message'].map((name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]);
  return `${response.status} ${[code, message].filter((part) => part !== undefined).join(': ')}`.trim();
}
