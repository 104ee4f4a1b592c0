import { decodeTypeId } from '@waybill/decider/type-id';

/** Clocks of Waybill and of a target may differ by this much without a ticket of ours being taken for an older one. */
export const clockSkewMsMax = 5 * 60 * 1000;

/** When the delivery was decided, epoch milliseconds, out of its id (contract.md section 1); null for an id without a time. */
export function deliveryTimeMs(deliveryId: string): number | null {
  const bytes = decodeTypeId('dlv', deliveryId);
  return bytes === null ? null : bytes.slice(0, 6).reduce((time, byte) => time * 256 + byte, 0);
}

/** True where something made at `createdMs` cannot be older than the delivery, so an attempt of it may have made it. */
export function mayBeOurs(deliveryId: string, createdMs: number): boolean {
  const time = deliveryTimeMs(deliveryId);
  return time === null || !(createdMs < time - clockSkewMsMax);
}
