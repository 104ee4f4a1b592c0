/** The log has an interface and no class of its own to be asked for by. */
export const eventLog = Symbol('event log');
