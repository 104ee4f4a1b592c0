/**
 * Keeps an intake from routing further ahead than is carried on: what lies between its log and the stream is a queue in which everybody
 * stands in line, also whoever has nothing to do with a burst. Requests do not wait here: they are few, and go ahead of all messages.
 */
export class IntakePace {
  private ask: () => void = () => undefined;

  /** `carried` resolves when nearly everything that was routed has been carried on. */
  constructor(private readonly carried: () => Promise<void>) {}

  /** Resolves when the next batch of messages may be routed, or when a request has come. */
  async wait(): Promise<void> {
    const asked = new Promise<void>((resolve) => (this.ask = resolve));
    await Promise.race([this.carried(), asked]);
  }

  /** A request has come. */
  asked(): void {
    this.ask();
  }
}
