/** The engine's words stand in contracts, because the threads that run jq may not import a domain. */
export type { JqEngine, JqFault } from '@waybill/contracts/rendering/jq-engine';
