/** Nest injects the process's one NATS connection by this name; everything else is injected by its class. */
export const NATS = Symbol('NATS');
