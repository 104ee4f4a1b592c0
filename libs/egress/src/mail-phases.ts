/** What each part of a conversation with a mail server took, in milliseconds; 0 where it did not come to that, or a kept conversation was used. */
export interface MailPhases {
  dns: number;
  connect: number;
  /** The handshake of implicit TLS; that of STARTTLS is within `greeting`. */
  tls: number;
  /** The server's first words, EHLO and STARTTLS. */
  greeting: number;
  auth: number;
  /** The envelope, the content and the server's reply to it. */
  data: number;
}

export const noMailPhases = (): MailPhases => ({ dns: 0, connect: 0, tls: 0, greeting: 0, auth: 0, data: 0 });

/** Does the work and notes how long it took, also where it fails. */
export async function timed<T>(phases: MailPhases, phase: keyof MailPhases, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  try {
    return await work();
  } finally {
    phases[phase] = roundedMs(performance.now() - begun);
  }
}

export const roundedMs = (ms: number): number => Math.round(ms * 100) / 100;
