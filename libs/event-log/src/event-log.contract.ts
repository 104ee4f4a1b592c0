import { describeAppending, describeExpectations, describeGuards } from './appending.contract.js';
import type { Leases } from './leases.js';
import type { EventLog } from './log.js';
import { describeReading, describeSealing, describeTailing } from './reading.contract.js';

export interface LogUnderTest {
  readonly log: EventLog;
  readonly leases: Leases;
  readonly shredSubject: (subject: string) => Promise<void>;
}

/** Everything that `log.ts` promises, told for whoever keeps the log. The factory answers an empty log; `close` belongs to the caller. */
export function describeEventLog(name: string, factory: () => Promise<LogUnderTest>): void {
  describe(`${name} as an event log`, () => {
    let log: EventLog;
    let leases: Leases;
    let shredSubject: (subject: string) => Promise<void>;
    beforeEach(async () => {
      ({ log, leases, shredSubject } = await factory());
    });
    afterEach(() => log.close());

    describeAppending(() => log);
    describeExpectations(() => log);
    describeGuards(
      () => log,
      () => leases,
    );
    describe('when it is read', () => describeReading(() => log));
    describeTailing(() => log);
    describeSealing(
      () => log,
      (subject) => shredSubject(subject),
    );
  });
}
