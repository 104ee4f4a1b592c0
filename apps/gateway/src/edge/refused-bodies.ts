import { Inject, Injectable } from '@nestjs/common';
import { type RefusalRecordInput, refusalTextMax } from '@waybill/contracts/http/why';
import { storable } from '@waybill/contracts/text/storable';
import { Refused } from '@waybill/decider/decider';
import { Invalid, problemOf } from '@waybill/service-kit/problems';
import type { Caller } from './route.js';
import { Rpc } from './rpc.js';

/** Puts on the record what the gateway refuses before a service sees it. */
@Injectable()
export class RefusedBodies {
  constructor(@Inject(Rpc) private readonly rpc: Rpc) {}

  /**
   * Answers the error with the id of its record, by which `why` explains it; what is no refusal as it is. Rejects with `AskFailed` when it
   * cannot be recorded: nothing is refused without a trace.
   */
  async recorded(caller: Caller, error: unknown, bytes: number): Promise<unknown> {
    if (!(error instanceof Invalid || error instanceof Refused)) return error;
    const { code, detail, errors } = problemOf(error);
    const [first] = errors ?? [];
    const input: RefusalRecordInput = {
      // As the router names the same fault: by what is wrong, where that is known.
      code: first?.code ?? code,
      // What is at fault may stand in both, such as the name of a member that cannot be stored.
      detail: storable((first?.message ?? detail ?? error.message).slice(0, refusalTextMax)),
      pointer: first === undefined ? null : storable(first.pointer.slice(0, refusalTextMax)),
      bytes,
    };
    const { refusalId } = await this.rpc.ask<{ refusalId: string }>(caller, 'subscriptions', 'refusals.record', input);
    return Object.assign(error, { refusalId });
  }
}
