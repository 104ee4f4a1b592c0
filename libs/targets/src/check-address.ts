import { Refused } from '@waybill/decider/decider';

/** RFC 5321 section 4.5.3.1: a path holds 256 octets with its angle brackets, a local part 64. */
export const addressCharactersMax = 254;
export const localPartCharactersMax = 64;

const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const domainLabel = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/**
 * Refuses everything but a plain address such as `soc@example.com`: no display name, no quoted local part, no group, no
 * comment, no address literal, no blanks, because each of these has sent mail to somebody else (IN-17 to IN-19).
 */
export function checkAddress(text: unknown, pointer: string): void {
  if (typeof text !== 'string' || !isAddress(text)) {
    throw new Refused('address_invalid', 'This is not a plain e-mail address such as soc@example.com.', pointer);
  }
}

export function isAddress(text: string): boolean {
  // The length first: what comes after is linear, but nobody needs to read a megabyte.
  if (text.length > addressCharactersMax) return false;
  const at = text.lastIndexOf('@');
  if (at < 1 || at > localPartCharactersMax || !localPart.test(text.slice(0, at))) return false;
  return text
    .slice(at + 1)
    .split('.')
    .every((label) => domainLabel.test(label));
}
