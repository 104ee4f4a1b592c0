/** One thing that a receiver got (contract.md section 5). */
export interface Received {
  readonly at: string;
  readonly target: string;
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Waits until a receiver of the target has got something since then; null after `timeoutMs`. */
export async function waitForReceived(
  receiversUrl: string,
  wish: { target: string; name?: string; since: string },
  timeoutMs: number,
): Promise<Received | null> {
  const query = new URLSearchParams({
    target: wish.target,
    since: wish.since,
    ...(wish.name === undefined ? {} : { name: wish.name }),
  });
  for (const until = Date.now() + timeoutMs; Date.now() < until;) {
    const response = await fetch(`${receiversUrl}/_received?${query.toString()}`, {
      signal: AbortSignal.timeout(5000),
    });
    const { items } = (await response.json()) as { items: Received[] };
    const first = items[0];
    if (first !== undefined) return first;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return null;
}
