import { memberBytesMax, readTar, tarEnd, tarMember, TarRefused } from './tar.js';

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Buffer, size = 1_000): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, bytes: body } of readTar(pieces(bytes, size))) found[name] = body.toString();
  return found;
}

const archive = Buffer.concat([
  tarMember('README', Buffer.from('hello'), 1),
  tarMember('delivery-0/checkpoint', Buffer.alloc(1_024, 'x'), 1),
  tarEnd,
]);

describe('a tar', () => {
  it.each([1, 7, 511, 512, 513, 100_000])('is read back out of pieces of %i bytes', async (size) => {
    expect(await read(archive, size)).toEqual({ README: 'hello', 'delivery-0/checkpoint': 'x'.repeat(1_024) });
  });

  it('holds whole blocks only, and a header as POSIX says', () => {
    expect(archive.length % 512).toBe(0);
    expect(archive.subarray(257, 265).toString('latin1')).toBe('ustar\x0000');
    // The sum of a header's bytes, its own field as eight blanks.
    const header = Buffer.from(archive.subarray(0, 512));
    header.fill(' ', 148, 156);
    expect(parseInt(archive.subarray(148, 154).toString('latin1'), 8)).toBe(
      header.reduce((sum, byte) => sum + byte, 0),
    );
  });

  const renamed = (name: string): Buffer => {
    const bytes = Buffer.from(archive);
    bytes.fill(0, 0, 100).write(name, 0, 'latin1');
    bytes.fill(' ', 148, 156);
    const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return bytes;
  };
  const changed = (at: number, byte: number): Buffer => {
    const bytes = Buffer.from(archive);
    bytes[at] = byte;
    return bytes;
  };

  it.each<[string, Buffer]>([
    ['a name that leads out of its folder', renamed('../etc/passwd')],
    ['an absolute name', renamed('/etc/passwd')],
    ['a name with a line break', renamed('a\nb')],
    ['a name of dots inside', renamed('a/../b')],
    ['a changed header', changed(0, 0x51)],
    ['an archive that ends inside a member', archive.subarray(0, 600)],
    ['an archive without an end', archive.subarray(0, -1_024)],
    ['what is no archive', Buffer.alloc(2_048, 'x')],
  ])('refuses %s', async (_case, bytes) => {
    await expect(read(bytes)).rejects.toThrow(TarRefused);
  });

  it('takes a member of the largest size in its header and refuses one byte more', async () => {
    expect(() => tarMember('a', { length: memberBytesMax + 1 } as Uint8Array, 0)).toThrow(TarRefused);
    const bytes = Buffer.from(archive);
    bytes.write(`${(memberBytesMax + 1).toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    bytes.fill(' ', 148, 156);
    const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    await expect(read(bytes)).rejects.toThrow(/more than/);
  });
});
