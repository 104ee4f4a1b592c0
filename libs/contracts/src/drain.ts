/** Docker and Kubernetes kill after 10 s and 30 s; the shorter one is the bound of whoever has nothing longer to finish. */
export const drainTimeoutMs = 10_000;
