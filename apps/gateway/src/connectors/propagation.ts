import { Inject, Injectable } from '@nestjs/common';
import { AskFailed } from '@waybill/bus/ask';
import { noTenant } from '@waybill/contracts/subjects';
import { propagationTimeoutMs } from '../config.js';
import type { Caller } from '../edge/route.js';
import { Rpc } from '../edge/rpc.js';

/** What the registry answers to a change. */
export interface Written {
  readonly position?: number;
}

/** The answer itself travels too. */
const marginMs = 500;
const registryLog = 'registry-0';

/**
 * Lets a change of a connector wait until delivery has read it, so that the next notification is sent by it.
 * Delivery being slow or away is no fault of the change: it is done, and `"propagated":false` says that it is not everywhere yet.
 */
@Injectable()
export class Propagation {
  constructor(@Inject(Rpc) private readonly rpc: Rpc) {}

  async reached<W extends Written>(caller: Caller, written: W | null): Promise<W | (W & { propagated: false }) | null> {
    if (written?.position === undefined) return written;
    return (await this.ask(caller, written.position)) ? written : { ...written, propagated: false };
  }

  private async ask(caller: Caller, position: number): Promise<boolean> {
    try {
      const answer = await this.rpc.ask<{ reached: boolean }>(
        caller,
        'delivery',
        'caught-up',
        { log: registryLog, position, timeoutMs: propagationTimeoutMs },
        { tenant: noTenant, timeoutMs: propagationTimeoutMs + marginMs },
      );
      return answer.reached;
    } catch (error) {
      if (error instanceof AskFailed) return false;
      throw error;
    }
  }
}
