/** Closings of connectors of which it is being found out what they end: meanwhile nothing of such a connector begins. */
export class OpenClosings {
  private readonly open = new Map<string, number>();
  private count = 0;

  /** How many there were: whoever has looked at what waits looks again when there are more. */
  get begun(): number {
    return this.count;
  }

  has(connectorId: string): boolean {
    return this.open.has(connectorId);
  }

  begin(connectorId: string): void {
    this.count += 1;
    this.open.set(connectorId, (this.open.get(connectorId) ?? 0) + 1);
  }

  end(connectorId: string): void {
    const left = (this.open.get(connectorId) ?? 1) - 1;
    if (left > 0) this.open.set(connectorId, left);
    else this.open.delete(connectorId);
  }
}
