import { holdReasons } from '@waybill/contracts/codes/hold-reasons';
import type { Delivery } from '../api/shapes';
import { nextSteps } from '../words/next-steps';
import { reasonNext } from '../words/reasons';

/** What stands in the timeline of a delivery; those of a hold have no job. */
export interface Happening {
  readonly position: number;
  readonly type: string;
  readonly at: string;
  readonly jobId?: unknown;
}

const openStatuses: readonly string[] = ['pending', 'attempting', 'retrying'];

/** Whether it can still be sent by itself. */
export const isOpen = ({ status }: Delivery): boolean => openStatuses.includes(status);

/** What a person does now, null where nothing: what a hold keeps back is not tried again, whatever its last attempt ended with. */
export function nextStepOf(delivery: Delivery): string | null {
  const isHeld = (delivery.held ?? []).some(({ releasedPosition }) => releasedPosition === null);
  return isHeld && isOpen(delivery) ? nextSteps.delivery_held : reasonNext(delivery.reason);
}

/** Whether it may have arrived before the restored record begins to know of it. */
export function mayBeRepeat({ held = [] }: Delivery): boolean {
  return held.some(({ reason, releasedPosition }) => releasedPosition !== null && holdReasons[reason].isRestore);
}

/** Its own events and those of the holds that it waited for, in the order of the log. */
export function happeningsOf({ log = [], held = [] }: Delivery): Happening[] {
  const holds = held.flatMap(({ position, at, releasedAt, releasedPosition }) => [
    { position, type: 'DeliveryHeld', at },
    ...(releasedPosition === null || releasedAt === null
      ? []
      : [{ position: releasedPosition, type: 'DeliveryReleased', at: releasedAt }]),
  ]);
  return [...log, ...holds].toSorted((a, b) => a.position - b.position);
}
