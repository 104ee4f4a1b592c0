import type { Delivery } from '../api/shapes';
import { duration } from '../pieces/duration';
import { deliveryWords } from '../words/deliveries';
import { reasonWords } from '../words/reasons';

const { sentences } = deliveryWords;

/** What became of a delivery, in one sentence for people. */
export function sentenceOf(delivery: Delivery, connector: string): string {
  const attempts = delivery.attempts?.length ?? 0;
  const reason = delivery.reason === null ? '' : ` ${reasonWords(delivery.reason)}`;
  switch (delivery.status) {
    case 'delivered': {
      const finishedAt = delivery.attempts?.at(-1)?.finishedAt;
      const begun = delivery.acceptedAt;
      const tookMs =
        finishedAt === undefined || finishedAt === null || begun === undefined
          ? null
          : Date.parse(finishedAt) - Date.parse(begun);
      const ticket = delivery.receipt?.ticket;
      const took = tookMs === null || tookMs < 0 ? '' : duration(tookMs);
      return sentences.delivered(connector, attempts, took) + (ticket === undefined ? '' : sentences.ticket(ticket));
    }
    case 'dead-lettered':
      return sentences['dead-lettered'](connector, attempts) + reason;
    case 'retrying':
      return sentences.retrying(connector, attempts) + reason;
    case 'pending':
    case 'attempting':
    case 'cancelled':
    case 'suppressed':
      return sentences[delivery.status](connector) + reason;
  }
}
