import { deadlineSlackMs } from '@waybill/contracts/attempt-time';
import type { AttemptPlan } from '@waybill/delivery/delivery';
import { newId } from '@waybill/service-kit/ids';
import { rendererVersion } from '../out/render-body.js';
import type { Connector } from './connectors.js';

/** What an attempt that begins now is pinned to. */
export function attemptPlan(connector: Connector, nowMs: number): AttemptPlan {
  return {
    attemptId: newId('att'),
    connectorVersion: connector.version,
    secretVersion: connector.secretVersion,
    renderer: rendererVersion,
    startedAt: new Date(nowMs).toISOString(),
    deadline: new Date(nowMs + connector.limits.timeoutMs + deadlineSlackMs).toISOString(),
  };
}
