interface Waiting {
  readonly bytes: number;
  readonly begin: () => void;
}

/**
 * What several readers of one process may hold together. Whoever wants more waits in line, so that a hundred tenants that come back to full
 * queues at once take turns, and the memory of the process is the same as with one.
 */
export class ByteBudget {
  private taken = 0;
  private readonly line: Waiting[] = [];

  constructor(private readonly bytesMax: number) {}

  /**
   * Calls `begin` with so many bytes taken: at once, or when those before have had theirs and these are free; more than there is in all when
   * nothing else is taken. Answers how to leave the line.
   */
  reserve(bytes: number, begin: () => void): () => void {
    const waiting = { bytes, begin };
    this.line.push(waiting);
    this.serve();
    return () => {
      const place = this.line.indexOf(waiting);
      if (place < 0) return;
      this.line.splice(place, 1);
      this.serve();
    };
  }

  /** What has come without being asked for here: it is in memory already, and others wait the longer for it. */
  add(bytes: number): void {
    this.taken += bytes;
  }

  giveBack(bytes: number): void {
    this.taken -= bytes;
    this.serve();
  }

  private serve(): void {
    for (let [first] = this.line; first !== undefined; [first] = this.line) {
      if (this.taken > 0 && this.taken + first.bytes > this.bytesMax) return;
      this.line.shift();
      this.taken += first.bytes;
      first.begin();
    }
  }
}
