/** Names under which the module provides what has no class of ours. */
export const eventLog = Symbol('event log');
export const configToken = Symbol('config');
export const kitToken = Symbol('kit');
export const jetStreamToken = Symbol('jetstream');
