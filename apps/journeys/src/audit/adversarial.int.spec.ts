import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One adversarial test, and what proves it: files, and words of the titles in them. */
interface Row {
  readonly id: string;
  readonly says: string;
  readonly provenBy: readonly (readonly [file: string, ...titles: string[]])[];
}

const eventLog = (file: string): string => `libs/event-log/src/${file}`;
const attacks = 'apps/journeys/src/audit/attacks.ts';
const story = 'apps/journeys/src/audit/audit.story.ts';
const faults = eventLog('append-faults.int.spec.ts');
const appending = eventLog('appending.contract.ts');
const killed = eventLog('killed-writer.int.spec.ts');
const relay = eventLog('relay.int.spec.ts');
const guard = eventLog('keep-guard.int.spec.ts');
const comparison = eventLog('log-comparison.int.spec.ts');
const projection = eventLog('projection.int.spec.ts');
const exporting = eventLog('verify-export.int.spec.ts');
const watching = 'apps/notary/src/watch/watch-log.int.spec.ts';
const crash = 'apps/journeys/src/crash.story.ts';

/** event-log.md 7.3, by its numbers, and reliability-security.md AUD-1 to AUD-8. A title that is changed or taken out must be told here. */
const rows: readonly Row[] = [
  {
    id: '7.3.1',
    says: 'kill -9 between COMMIT and publish, and between publish and PubAck',
    provenBy: [[killed, 'beforePublish: ', 'afterPublish: ', 'leaves a stream that the next one completes']],
  },
  {
    id: '7.3.2',
    says: 'kill -9 at each fault point inside append',
    provenBy: [
      [
        killed,
        'afterLock: ',
        'afterInsert: ',
        'beforeCommit: ',
        'afterCommit: ',
        'leaves a log that is whole',
        'somebody was killed at every named point of the log',
      ],
      [faults, 'is answered as recorded, and not written again, when only the answer to the COMMIT was lost'],
    ],
  },
  {
    id: '7.3.3',
    says: 'two appenders on one log, two relays',
    provenBy: [
      [eventLog('append-bench.int.spec.ts'), 'keeps positions contiguous with eight writers on two copies'],
      [relay, 'does no harm when two publish at once', 'takes over from another relay that died'],
    ],
  },
  {
    id: '7.3.4',
    says: 'a slow transaction: a tailing reader never observes p+1 before p',
    provenBy: [
      [eventLog('slow-append.int.spec.ts'), 'never shows a later position before an earlier one'],
      [eventLog('append-bench.int.spec.ts'), 'a reader sees each once and in order'],
      [
        eventLog('standby.int.spec.ts'),
        'never shows a later position before an earlier one, and goes on where it stands',
      ],
    ],
  },
  {
    id: '7.3.5',
    says: 'conflicts inside one batch: one winner a stream, every kind of expectation',
    provenBy: [
      [
        appending,
        'lets exactly one of many win a version, and fails no other caller',
        'writes any, whatever is there',
        'writes none only to a stream that does not exist',
        'writes an exact version only when it is the last',
      ],
      [faults, 'lets only the request fail that PostgreSQL refuses'],
    ],
  },
  {
    id: '7.3.6',
    says: 'a duplicate publish, inside and after the window, and after a broker restart',
    provenBy: [
      [
        'apps/journeys/src/walk-identity.ts',
        'its repeat is a duplicate with the same receipt',
        'twice, inside the window and after it, is one notification',
      ],
      ['apps/journeys/src/restart.story.ts', 'is the same notification with the same receipt'],
      ['apps/journeys/src/broker-wiped.story.ts', 'are delivered after the loss of the broker'],
    ],
  },
  {
    id: '7.3.7',
    says: 'reordered and redelivered input; a full queue starves nobody',
    provenBy: [
      ['libs/bus/src/work-queue.int.spec.ts', 'comes again at once, and in order'],
      ['apps/journeys/src/before-ack.ts', 'beforeAck: '],
      ['apps/delivery/src/isolation.int.spec.ts', 'does not let ten thousand deliveries to one slow connector delay'],
    ],
  },
  {
    id: '7.3.8',
    says: 'a projector killed in a batch, a lease stolen while its holder paused',
    provenBy: [
      [projection, 'counts every event once, however many copies follow', 'goes on where it stopped'],
      [appending, 'writes under a lease that is held, and not once it was given back, taken over or has run out'],
      [
        eventLog('killed-projector.int.spec.ts'),
        'whose writers are killed in a batch, and stopped and woken, counts every event once',
      ],
      ['apps/journeys/src/engine/retry.ts', 'a copy that was frozen past its deadline writes nothing'],
      ['apps/journeys/src/two-copies.story.ts', 'one copy is killed (kill -9) and started, over and over'],
      [crash, 'kill -9 of ${service} in the middle'],
    ],
  },
  {
    id: '7.3.9',
    says: 'a rebuild from zero equals the live state, under load; readers never see it empty',
    provenBy: [
      [projection, 'is rebuilt beside the live tables while events come, and nobody sees it empty or older'],
      ['apps/journeys/src/rebuild.story.ts', 'without a difference while notifications flow'],
    ],
  },
  {
    id: '7.3.10',
    says: 'one bit of payload, meta, type, time, version: the verifier names the position',
    provenBy: [
      [
        attacks,
        'one byte of an event is changed',
        'one byte of who did it is changed',
        'the type of an event is changed',
        'the time of an event is set back by an hour',
        'the version of an event is changed',
      ],
      [exporting, 'a bit of its sealed part was turned'],
    ],
  },
  {
    id: '7.3.11',
    says: 'a deleted tail with a head that fits: found by signer, peer and own memory; the service serves read-only',
    provenBy: [
      [attacks, 'the end is cut off, with a head that fits'],
      [
        guard,
        'serves a log read-only that is behind a checkpoint which only %s holds',
        'the log of the first peer',
        'its own memory',
      ],
      ['apps/cli/src/program.int.spec.ts', 'holds an export to every checkpoint of an anchor'],
    ],
  },
  {
    id: '7.3.12',
    says: 'swapped rows, an inserted row, all hashed anew without the key and with it',
    provenBy: [
      [
        attacks,
        'two events change places',
        'an event is put in and everything after it is renumbered, all hashed anew',
        'an event is changed and every hash is made anew, without the key',
      ],
      [exporting, 'catches everything hashed again WITH the key only by an older checkpoint'],
      ['apps/notary/src/anchor/anchors.int.spec.ts', 'says that a place holds another checkpoint of the same size'],
    ],
  },
  {
    id: '7.3.13',
    says: "yesterday's backup, then new appends: the signer refuses, read-only, the relay does not publish",
    provenBy: [
      [story, "yesterday's backup, restored, raises an alarm"],
      [comparison, 'is found to have been put back and to have grown again, though it is as long as before'],
      [
        relay,
        'stops with an alarm when the stream is ahead of the log',
        'stops with an alarm when the stream holds something else',
      ],
    ],
  },
  {
    id: '7.3.14',
    says: 'sabotage as owner and as superuser: TRUNCATE of a partition, DETACH, replica role, a trigger off',
    provenBy: [
      [
        eventLog('record.int.spec.ts'),
        'the owner empties a partition',
        'a superuser plays replica and empties a partition',
      ],
      [story, 'drops a partition: both verifiers name its first position'],
      [guard, 'whose trigger is off', 'of which a partition was taken off', 'calls something that refuses nothing'],
    ],
  },
  {
    id: '7.3.15',
    says: 'an export attacked in transit; both verifiers agree',
    provenBy: [
      [
        exporting,
        'an event of a stream was left out of a selection',
        'a proof out of another tree',
        'a checkpoint of another log',
        'another key',
        'a member that stands twice in a line',
        'too many signatures',
        'a member that leads out of the folder',
        'an empty log',
        'a log of one event',
        'shredded payloads',
      ],
    ],
  },
  { id: 'AUD-1', says: 'one byte in any row', provenBy: [[attacks, 'one byte of an event is changed']] },
  { id: 'AUD-2', says: 'a middle row deleted', provenBy: [[attacks, 'an event in the middle is deleted']] },
  { id: 'AUD-3', says: 'the tail deleted', provenBy: [[attacks, 'the end is cut off, with a head that fits']] },
  {
    id: 'AUD-4',
    says: 'a back-dated row',
    provenBy: [[attacks, 'the time of an event is set back', 'an event is put in']],
  },
  {
    id: 'AUD-5',
    says: 'a row and all later hashes rewritten: caught by the signed checkpoint',
    provenBy: [[attacks, 'every hash is made anew, without the key']],
  },
  {
    id: 'AUD-6',
    says: "yesterday's backup",
    provenBy: [
      [story, "yesterday's backup, restored"],
      [watching, 'it goes on from an older backup'],
    ],
  },
  { id: 'AUD-7', says: 'two rows swapped', provenBy: [[attacks, 'two events change places']] },
  {
    id: 'AUD-8',
    says: 'shredded: the log still verifies',
    provenBy: [[story, 'a shredded payload is nowhere on the disk']],
  },
];

describe('the adversarial tests of the log', () => {
  it('are fifteen and eight, each once', () => {
    const wanted = [
      ...Array.from({ length: 15 }, (_, at) => `7.3.${at + 1}`),
      ...Array.from({ length: 8 }, (_, at) => `AUD-${at + 1}`),
    ];
    expect(rows.map(({ id }) => id)).toEqual(wanted);
  });

  it.each(rows.map((row) => [row.id, row.says, row] as const))(
    '%s, %s, is proven where it is said to be',
    (_id, _says, row) => {
      for (const [file, ...titles] of row.provenBy) {
        expect(existsSync(join(process.cwd(), file))).toBe(true);
        const text = readFileSync(join(process.cwd(), file), 'utf8');
        for (const title of titles)
          expect(`${file}: ${text.includes(title) ? title : `nothing says "${title}"`}`).toBe(`${file}: ${title}`);
      }
    },
  );
});
