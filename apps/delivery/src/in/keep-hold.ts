import type { PostgresLog } from '@waybill/event-log/postgres-log';
import type { OnFailover } from '@waybill/delivery/hold';
import type { Kit } from '@waybill/service-kit/start-service';
import { wordsOfHold } from '../out/hold-examination.js';
import type { Holds } from '../read/holds.js';
import type { Engine } from '../work/engine.js';
import { HoldTimer } from './hold.timer.js';

export interface HoldOptions {
  readonly kit: Kit;
  readonly holds: Holds;
  readonly eventLog: PostgresLog;
  readonly actor: string;
  readonly onFailover: OnFailover;
  readonly engine: Pick<Engine, 'turn'>;
}

/** Resolves after the first look, with the engine told what it found; looks on for as long as the service runs, and says since when and why nothing is sent. */
export async function keepHold({ kit, engine, ...parts }: HoldOptions): Promise<HoldTimer> {
  const timer = new HoldTimer({ ...parts, log: kit.log, turn: (gate) => engine.turn(gate) });
  // Another server may answer there: nothing begins on it before it was looked at.
  parts.eventLog.onConnected = () => timer.closeUntilLooked();
  parts.eventLog.onBeside = () => void timer.look();
  await timer.start();
  kit.onDrain('hold', () => timer.stop());
  // A notice, and no fault of this copy: it does what it is for, and a deployment that waits for it must come up.
  kit.ops.notice('delivery', () => wordsOfHold(timer.open));
  kit.ops.gauge(
    'waybill_delivery_held_seconds',
    'For how long nothing is sent until an operator releases it; 0 while deliveries leave',
    () => {
      const [first] = timer.open;
      return first === undefined ? 0 : Math.max(1, (parts.eventLog.nowMs() - Date.parse(first.at)) / 1_000);
    },
  );
  return timer;
}
