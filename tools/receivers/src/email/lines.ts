/** RFC 5321 section 4.5.3.1.4 gives 512; longer than any honest command with parameters. */
export const commandMax = 4_096;

/** Cuts a socket's bytes into commands and messages. */
export class Lines {
  #bytes: Buffer = Buffer.alloc(0);
  /** Where the search for a message's end goes on, so that a long message is not searched again with every packet. */
  #searched = 0;

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
  }

  /** Bytes that came and were not taken. */
  get waiting(): number {
    return this.#bytes.length;
  }

  /** STARTTLS: what came in clear before the handshake must not be read behind it. */
  forget(): void {
    this.#bytes = Buffer.alloc(0);
  }

  /** The next command without its line end; null when none is complete; a refusal when it never ends. */
  command(): { readonly line: string } | 'too long' | null {
    const at = this.#bytes.indexOf('\n');
    if (at < 0) return this.#bytes.length > commandMax ? 'too long' : null;
    const end = at > 0 && this.#bytes[at - 1] === 13 ? at - 1 : at;
    const line = this.#bytes.toString('utf8', 0, end);
    this.#bytes = this.#bytes.subarray(at + 1);
    return { line };
  }

  /** The message as it was sent (dots still stuffed), once its end has come: only CRLF dot CRLF ends it. */
  message(): Buffer | null {
    if (this.#bytes.subarray(0, 3).equals(Buffer.from('.\r\n'))) {
      this.#bytes = this.#bytes.subarray(3);
      return Buffer.alloc(0);
    }
    const at = this.#bytes.indexOf('\r\n.\r\n', Math.max(0, this.#searched - 4));
    if (at < 0) {
      this.#searched = this.#bytes.length;
      return null;
    }
    const message = this.#bytes.subarray(0, at + 2);
    this.#bytes = this.#bytes.subarray(at + 5);
    this.#searched = 0;
    return message;
  }
}

/** RFC 5321 section 4.5.2. */
export function unstuffed(message: Buffer): Buffer {
  return Buffer.from(message.toString('latin1').replace(/(^|\r\n)\./g, '$1'), 'latin1');
}
