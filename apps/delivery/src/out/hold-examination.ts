import { holdReasons } from '@waybill/contracts/codes/hold-reasons';
import type { Examination, Finding } from '@waybill/service-kit/examine';
import type { OpenHold } from '../read/holds.js';

/** Whether deliveries leave, for the doctor. */
export function holdExamination(open: () => readonly OpenHold[]): Examination {
  return {
    id: 'delivery-hold',
    title: 'What is due is sent',
    fix: 'Look at what waits (docs/restore.md), cancel what must not be sent, then release: in the console, or with waybill delivery-hold --release.',
    look: () => judgeHold(open()),
  };
}

export function judgeHold(open: readonly OpenHold[]): Finding {
  const says = wordsOfHold(open);
  return says === null ? { state: 'holds', says: 'Nothing is held.' } : { state: 'wrong', says };
}

/** Since when and why nothing is sent; null while deliveries leave. */
export function wordsOfHold(open: readonly OpenHold[]): string | null {
  const [first] = open;
  if (first === undefined) return null;
  const why = [...new Set(open.map(({ reason }) => reason))].map(
    (reason) => `${reason}: ${holdReasons[reason].meaning}`,
  );
  return `Delivery is held since ${first.at}, nothing is sent until an operator releases it. ${why.join(' ')}`;
}
