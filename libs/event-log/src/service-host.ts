/** What the log's own workers need of the service they run in: to be stopped with it, and to be seen when they stand still. */
export interface ServiceHost {
  onDrain(name: string, drain: () => Promise<void>): void;
  readonly ops: {
    check(name: string, check: () => string | null): void;
    /** A number that is read when somebody asks for metrics. */
    gauge(name: string, help: string, read: () => number): void;
  };
  readonly log: {
    fatal(what: object, event: string): void;
    warn(what: object, event: string): void;
  };
}
