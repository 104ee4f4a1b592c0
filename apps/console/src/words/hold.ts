import { holdReasons, type HoldReason } from '@waybill/contracts/codes/hold-reasons';

export const holdWords = {
  title: 'Delivery is held: nothing is sent',
  by: 'by',
  reasons: Object.fromEntries(
    Object.entries(holdReasons).map(([reason, { meaning }]) => [reason, meaning]),
  ) as unknown as Readonly<Record<HoldReason, string>>,
  meanwhile: 'What is published is recorded and waits.',
  before: 'Look at what waits, cancel what must not be sent, then release.',
  waiting: { pending: 'Pending', retrying: 'Retrying' },
  others: 'An administrator of the home tenant releases it.',
  release: 'Release…',
  releaseTitle: 'Send what waits?',
  releaseLead:
    'Everything that waits is sent, for all tenants. After a restore it may have been sent before: what left between the backup and the restore is not on this record. The log says that it was your key.',
  releaseAll: 'Release all deliveries',
  released: 'Released: what waits is sent now.',
  notYet: 'Released; it begins when the log takes events again.',
};
