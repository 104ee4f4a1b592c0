/** What MAIL says: `FROM:<a@b> SIZE=1 SMTPUTF8`; null where it is none. */
export function readSender(
  text: string,
): { readonly address: string; readonly size: number; readonly smtpUtf8: boolean } | null {
  const match = /^FROM:\s*<([^<>]*)>(.*)$/i.exec(text);
  if (match === null) return null;
  const parameters = (match[2] ?? '').trim().toUpperCase().split(/\s+/);
  const size = Number(parameters.find((one) => one.startsWith('SIZE='))?.slice(5) ?? 0);
  return { address: match[1] ?? '', size, smtpUtf8: parameters.includes('SMTPUTF8') };
}

/** The address of RCPT; empty where it is none. */
export function readRecipient(text: string): string {
  return /^TO:\s*<([^<>]*)>/i.exec(text)?.[1] ?? '';
}
