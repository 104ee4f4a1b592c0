import type { ProblemError } from '@waybill/contracts/problem';
import { EgressFault } from '@waybill/egress/fault';
import { judgeUrl } from '@waybill/egress/judge-url';
import { readMailServer } from '@waybill/egress/mail-server';
import type { EgressPolicy } from '@waybill/egress/policy';
import { type Addressed, addressesOf } from '@waybill/targets/addresses';

/** Judges by their text the addresses that a connector would send to; answers the faults of those that were not there `before`. */
export type CheckAddresses = (draft: Addressed, before?: Addressed) => ProblemError[];

/**
 * As egress judges before every request, so that a person hears of it while the form is open. Names are not resolved here: what they
 * lead to is judged when it is dialled. An address that is stored already is left alone, else nothing else of its connector could be
 * changed after the deployment has become stricter.
 */
export function addressChecker(policy: EgressPolicy): CheckAddresses {
  return (draft, before) => {
    const known = new Map(before === undefined ? [] : addressesOf(before));
    return addressesOf(draft)
      .filter(([pointer, url]) => known.get(pointer) !== url)
      .flatMap(([pointer, url]) => (pointer === '/config/smtpUrl' ? mailFaults : webFaults)(url, pointer, policy));
  };
}

function webFaults(url: string, pointer: string, policy: EgressPolicy): ProblemError[] {
  const judged = judgeUrl(url.trim(), policy);
  return judged.ok ? [] : [{ pointer, code: judged.code, message: judged.message }];
}

function mailFaults(url: string, pointer: string, policy: EgressPolicy): ProblemError[] {
  try {
    readMailServer(url, null, policy, { isDeployments: false });
    return [];
  } catch (error) {
    if (!(error instanceof EgressFault)) throw error;
    const code = error.code === 'egress_blocked' ? error.code : 'url_invalid';
    return [{ pointer, code, message: error.message }];
  }
}
