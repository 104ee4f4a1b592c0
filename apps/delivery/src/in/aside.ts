/** Work that goes on beside the looks: one piece after the other, and nobody waits for it but whoever stops. */
export class Aside {
  private last: Promise<unknown> = Promise.resolve();
  private readonly inIt = new Set<string>();

  constructor(private readonly onFault: (error: unknown) => void) {}

  get isBusy(): boolean {
    return this.inIt.size > 0;
  }

  /** Whether a delivery is in a piece of work that is not over. */
  has(deliveryId: string): boolean {
    return this.inIt.has(deliveryId);
  }

  /** Takes a piece of work for some deliveries; calls when it is over. */
  add(deliveryIds: readonly string[], work: () => Promise<void>, over: () => void): void {
    for (const id of deliveryIds) this.inIt.add(id);
    this.last = this.last
      .then(work)
      .catch(this.onFault)
      .then(() => {
        for (const id of deliveryIds) this.inIt.delete(id);
        over();
      });
  }

  /** Resolves when everything that was added is over. */
  async settled(): Promise<void> {
    await this.last;
  }
}
