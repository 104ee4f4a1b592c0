const block = 512;
const decoder = new TextDecoder();

/** The files of a tar by name. Only plain files with short names, which is what our exports hold. */
export function filesIn(tar: Uint8Array): Map<string, string> {
  const files = new Map<string, string>();
  for (let at = 0; at + block <= tar.length;) {
    const name = textAt(tar, at, 100);
    if (name === '') break;
    const size = Number.parseInt(textAt(tar, at + 124, 12), 8);
    files.set(name, decoder.decode(tar.subarray(at + block, at + block + size)));
    at += block + Math.ceil(size / block) * block;
  }
  return files;
}

function textAt(tar: Uint8Array, at: number, length: number): string {
  const end = tar.subarray(at, at + length).indexOf(0);
  return decoder.decode(tar.subarray(at, at + (end < 0 ? length : end))).trim();
}
