/** Runs jq programs somewhere with a time limit and a memory limit: this lib is pure, so the worker threads live in libs/service-kit/src/jq. */
export interface JqEngine {
  /**
   * Runs a program over one input (the text of one JSON value without line feeds) and answers the text of its one output, compact.
   * Rejects with `TemplateRefused` for a program that does not compile, with `TemplateFailed` for jq's own error, for no output or more
   * than one (`template_failed`), and for time, memory or output past a limit (`template_limit`).
   */
  run(program: string, input: string): Promise<string>;
  /** The faults of a program: it is compiled, never run. */
  check(program: string): Promise<readonly JqFault[]>;
}

/** jq tells the line; the column is that of the end of what it could not read, where it shows the line; 0 where it does not. */
export interface JqFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}
