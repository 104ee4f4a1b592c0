import { Refused } from '@waybill/decider/decider';

/** Refuses a text that holds no PEM block of that label, and a key with a pass phrase. Whether it fits is seen when it is used. */
export function checkPem(text: string, label: string, pointer: string): void {
  if (!text.includes('-----BEGIN ') || !text.includes(`${label}-----`)) {
    throw new Refused('pem_invalid', `This is not a PEM text with a ${label.toLowerCase()}.`, pointer);
  }
  if (text.includes('ENCRYPTED')) throw new Refused('pem_invalid', 'A key with a pass phrase cannot be used.', pointer);
}
