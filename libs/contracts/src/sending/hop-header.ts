/**
 * Stands in every request to a target. The gateway refuses a publish that carries it (`looped`): it came out of a delivery, and what
 * it would make is delivered again, round and round (R9: at most one hop).
 */
export const hopHeader = 'waybill-hop';
