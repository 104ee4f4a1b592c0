import type { Log } from '@waybill/service-kit/logger';
import type { Connector } from '../work/connectors.js';
import type { Job } from '../work/job.js';
import type { Carried } from './carry-out.js';

type CarryOut = (job: Job, connector: Connector) => Promise<Carried>;

/**
 * Carries out as before, and calls the operator where a target has removed the API that its room speaks: no setting of the connector mends that,
 * only a newer Waybill, so the connector is not disabled. Says nothing of any other outcome.
 */
export function alarmingRemovedApi(log: Pick<Log, 'error'>, carryOut: CarryOut): CarryOut {
  return async (job, connector) => {
    const carried = await carryOut(job, connector);
    const { deliveryId, tenant } = job;
    const { id: connectorId, target } = connector;
    if (isRemovedApi(carried)) log.error({ tenant, deliveryId, connectorId, target }, 'delivery.api-removed');
    return carried;
  };
}

function isRemovedApi(carried: Carried): boolean {
  if (carried.kind === 'gave-up') return false;
  const { outcome } = carried.conversation;
  return outcome.kind === 'refused' && outcome.reason === 'api_removed';
}
