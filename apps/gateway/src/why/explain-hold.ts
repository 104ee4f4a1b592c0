import { holdReasons } from '@waybill/contracts/codes/hold-reasons';
import type { Delivery, Held } from '@waybill/contracts/http/deliveries';
import type { Why } from '@waybill/contracts/http/why';

type Step = Why['steps'][number];

const log = 'delivery-0';

/** Why nothing is sent now, or what the attempts after a restore may be; empty for what no hold concerns. */
export function wordsOfHolds({ held = [] }: Delivery): string {
  const words = held.map((hold) => {
    if (hold.releasedPosition === null)
      return ` Delivery is held since ${hold.at} (${inWords(hold)}). Nothing is sent until an operator releases it.`;
    if (!holdReasons[hold.reason].isRestore) return '';
    return ` It was attempted after delivery had been held (${inWords(hold)}): what was sent between the backup and the restore is not on this record, so it may have arrived before, and this may be a duplicate.`;
  });
  return words.join('');
}

/** A step for each hold and each release, to be told among those of the delivery. */
export function stepsOfHolds({ held = [] }: Delivery): Step[] {
  return held.flatMap((hold) => {
    const begun = {
      at: hold.at,
      words: `Delivery was held (${inWords(hold)}).`,
      log,
      position: hold.position,
    };
    const { releasedAt, releasedBy, releasedPosition } = hold;
    if (releasedPosition === null) return [begun];
    return [
      begun,
      { at: releasedAt, words: `${releasedBy ?? 'Somebody'} released delivery.`, log, position: releasedPosition },
    ];
  });
}

const inWords = ({ reason }: Held): string => `${reason}: ${holdReasons[reason].meaning.slice(0, -1)}`;
