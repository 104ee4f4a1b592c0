/** Names under which the module provides what has no class of ours. */
export const eventLogToken = Symbol('event log');
export const natsToken = Symbol('nats');
