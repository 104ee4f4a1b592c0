/**
 * Plain ustar (POSIX.1-1988), written and read as a stream: what every `tar` of every system reads. Only regular files with short
 * names; whatever else stands in an archive is refused, because an export has no use for it and an attacker might.
 */

const blockBytes = 512;
const nameBytesMax = 100;
/** A member is held in memory by whoever reads it; ours are at most a page of events. */
export const memberBytesMax = 64 * 1024 * 1024;

export interface TarMember {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The archive is none of ours, or was cut. */
export class TarRefused extends Error {
  override readonly name = 'TarRefused';
}

/** One member with its header and padding. `atSeconds` is its time of change. */
export function tarMember(name: string, bytes: Uint8Array, atSeconds: number): Buffer {
  if (!isPlainName(name)) throw new TarRefused(`no name for a member: ${name}`);
  if (bytes.length > memberBytesMax)
    throw new TarRefused(`a member of ${bytes.length} bytes, more than ${memberBytesMax}`);
  const header = Buffer.alloc(blockBytes);
  header.write(name, 0, 'latin1');
  header.write('0000644\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write(`${Math.max(0, Math.floor(atSeconds)).toString(8).padStart(11, '0')}\0`, 136, 'latin1');
  header.write('0', 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([header, bytes, Buffer.alloc(padding(bytes.length))]);
}

/** What ends an archive: two empty blocks. */
export const tarEnd: Buffer = Buffer.alloc(2 * blockBytes);

/** The members of an archive in order. Throws `TarRefused` for what is no plain file, has a name that leads elsewhere, or is cut. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember> {
  const input = new Input(source);
  for (;;) {
    const header = await input.take(blockBytes);
    if (header.every((byte) => byte === 0)) return;
    const { name, size } = readHeader(header);
    const bytes = await input.take(size);
    await input.take(padding(size));
    yield { name, bytes };
  }
}

function readHeader(header: Buffer): { name: string; size: number } {
  const name = textAt(header, 0, nameBytesMax);
  if (textAt(header, 257, 5) !== 'ustar' || numberAt(header, 148, 7) !== checksum(header))
    throw new TarRefused('the archive is no ustar, or was changed');
  if (header[156] !== 0x30) throw new TarRefused(`${name} is no plain file`);
  if (!isPlainName(name) || textAt(header, 345, 155) !== '') throw new TarRefused(`no name for a member: ${name}`);
  const size = numberAt(header, 124, 12);
  if (size > memberBytesMax) throw new TarRefused(`${name} has ${size} bytes, more than ${memberBytesMax}`);
  return { name, size };
}

/** Relative, short, and in no folder but its own. */
function isPlainName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= nameBytesMax &&
    /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(name) &&
    !name.split('/').includes('..')
  );
}

function textAt(header: Buffer, at: number, length: number): string {
  const bytes = header.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end < 0 ? length : end).toString('latin1');
}

function numberAt(header: Buffer, at: number, length: number): number {
  const text = header.toString('latin1', at, at + length);
  if (!/^[0-7]+[\0 ]$/.test(text)) throw new TarRefused('a number in a header is none');
  return parseInt(text, 8);
}

/** The sum of the header's bytes with its own field as blanks. */
function checksum(header: Buffer): number {
  let sum = 8 * 0x20;
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte;
  return sum;
}

const padding = (size: number): number => (blockBytes - (size % blockBytes)) % blockBytes;

/** Bytes by count out of chunks of any size. */
class Input {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private held: Buffer[] = [];
  private heldBytes = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  async take(count: number): Promise<Buffer> {
    while (this.heldBytes < count) {
      const next = await this.chunks.next();
      if (next.done === true) throw new TarRefused('the archive ends early');
      const value: Uint8Array = next.value;
      this.held.push(Buffer.from(value.buffer, value.byteOffset, value.length));
      this.heldBytes += value.length;
    }
    const all = this.held.length === 1 ? (this.held[0] as Buffer) : Buffer.concat(this.held);
    this.held = [all.subarray(count)];
    this.heldBytes -= count;
    return all.subarray(0, count);
  }
}
