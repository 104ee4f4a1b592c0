import {
  AppendInvalid,
  AppendRejected,
  AppendTooLarge,
  type AppendRequest,
  type EventLog,
  LogUnavailable,
  Overloaded,
} from '@waybill/event-log/log';
import { SealFault } from '@waybill/event-log/seal';
import type { Log } from '@waybill/service-kit/logger';
import type { Decision, Job } from './job.js';
import { Recorder } from './recorder.js';

const job = { deliveryId: 'dlv_1', version: 2 } as Job;
const decision = (): Decision => ({
  append: { stream: 'delivery-dlv_1', tenant: 'default', expected: 2, events: [{}] },
  events: [{}],
  after: { status: 'delivered' },
}) as unknown as Decision; // prettier-ignore

/** A log that answers in turn; anything else than null it throws. */
function answering(...answers: (Error | null)[]) {
  const asked: AppendRequest[] = [];
  const said: string[] = [];
  const append = (request: AppendRequest): Promise<unknown> => {
    asked.push(request);
    const answer = answers.shift() ?? null;
    return answer === null ? Promise.resolve({}) : Promise.reject(answer);
  };
  const say = (level: string) => (_about: object, what: string) => said.push(`${level} ${what}`);
  const log = { warn: say('warn'), error: say('error') } as unknown as Log;
  return { recorder: new Recorder({ append } as unknown as EventLog, log, 0), asked, said };
}

describe('the recorder', () => {
  it('tries again while the log is away or overloaded, until it is written', async () => {
    const { recorder, asked } = answering(new LogUnavailable('away'), new Overloaded('full'), null);
    const own = { ...job };
    expect(await recorder.write(own, decision)).toBe(true);
    expect(asked).toHaveLength(3);
    expect(own).toMatchObject({ version: 3, state: { status: 'delivered' } });
  });

  it.each([
    ['is too long', [new AppendTooLarge('long')], 1, 'error'],
    ['is against a rule of the log', [new AppendInvalid('wrong')], 1, 'error'],
    ['cannot be sealed', [new SealFault('no key')], 1, 'error'],
    ['comes after another worker has written', [new AppendRejected({ kind: 'version' } as never)], 1, 'warn'],
  ])('gives up, and says so, what %s', async (_case, answers, times, level) => {
    const { recorder, asked, said } = answering(...answers);
    const own = { ...job };
    expect(await recorder.write(own, decision)).toBe(false);
    expect(asked).toHaveLength(times);
    expect(said.map((line) => line.split(' ')[0])).toEqual([level]);
    expect(own.version).toBe(2);
  });
});
