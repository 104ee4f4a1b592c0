/**
 * How a connector is doing, as one copy of delivery knows it from the outcomes it hears.
 *
 *   unproven -> proven                 a first success: all its slots are used
 *   any -> failing -> open             three, then five failures in a row: the circuit lets one probe through at a time
 *   any -> paused                      the target said when it wants to be asked again: nothing starts before
 *   failing for five days, or gone     it is given up: somebody has to look at it
 */
export interface Health {
  /** The last thing heard was a success: nothing is known against it. */
  readonly proven: boolean;
  readonly failuresInRow: number;
  /** Epoch ms; null while it is not failing. */
  readonly failingSinceMs: number | null;
  /** Epoch ms; nothing starts before. */
  readonly pausedUntilMs: number;
  /** With an open circuit: when the next probe may start, and the wait after it. */
  readonly probeAtMs: number;
  readonly probeDelayMs: number;
  readonly gaveUp: boolean;
}

export const unprovenHealth: Health = {
  proven: false, failuresInRow: 0, failingSinceMs: null, pausedUntilMs: 0, probeAtMs: 0, probeDelayMs: 0, gaveUp: false,
}; // prettier-ignore
export const provenHealth: Health = { ...unprovenHealth, proven: true };

/** What the outcome of an attempt says of the connector, not of the delivery. */
export type Heard =
  | { readonly kind: 'success' }
  /** It answered, and what it refused was this delivery. */
  | { readonly kind: 'answered' }
  /** It is set up wrong (credentials, a removed project): every delivery will be refused. */
  | { readonly kind: 'misconfigured'; readonly reason: string }
  /** `isSetup`: somebody has to mend it (an expired certificate), so one failure is news enough; it is tried again all the same. */
  | { readonly kind: 'failed'; readonly reason: string; readonly isSetup?: boolean }
  /** It asked for quiet. */
  | { readonly kind: 'busy'; readonly reason: string; readonly untilMs: number }
  /** It wants no more deliveries, for ever. */
  | { readonly kind: 'gone'; readonly reason: string };

/** Events of the stream `connectorhealth-<connector id>`; who hears them: all copies, the console, whoever disables connectors. */
export type HealthEvent =
  | { readonly type: 'ConnectorPaused'; readonly data: { readonly connectorId: string; readonly until: string; readonly because: string; readonly deliveryId: string } }
  | { readonly type: 'ConnectorFailing'; readonly data: { readonly connectorId: string; readonly since: string; readonly because: string; readonly deliveryId: string } }
  | { readonly type: 'ConnectorRecovered'; readonly data: { readonly connectorId: string } }
  | { readonly type: 'ConnectorGivenUp'; readonly data: { readonly connectorId: string; readonly reason: GivenUpReason; readonly because: string; readonly deliveryId: string } }
  /** Registry was asked to disable it and the notification is published. */
  | { readonly type: 'ConnectorDisableAsked'; readonly data: { readonly connectorId: string; readonly reason: GivenUpReason } }; // prettier-ignore

/** Also the reason with which registry is asked to disable, and with which what waits ends as a dead letter. */
export type GivenUpReason = 'target_gone' | 'failing_too_long';
export const givenUpReasons: ReadonlySet<string> = new Set<GivenUpReason>(['target_gone', 'failing_too_long']);

/** One failure may be chance, and every flake would be two events on the record. */
export const failingAfter = 3;
/** So many in a row are no chance any more, and opening costs little: the first probe follows after a second. */
export const circuitOpensAfter = 5;
export const probeDelayMsMin = 1_000;
/** A target that is back is noticed in a quarter of a minute; a thousand dead ones cost some seventy probes a second … */
export const probeDelayMsMax = 15_000;
/**
 * … from the first second on, because the probes of all open circuits of a copy are so far apart: a thousand targets that die in one moment
 * would else be asked a thousand times after one second, after two and after four. Where there are more than a thousand, the quarter of a
 * minute counts.
 */
export const probeSpacingMs = 15;
/** design.md section 5. */
export const failingMsMax = 5 * 24 * 3_600_000;
/** A pause is told again only when it becomes longer by more than this: eight requests at once are told to wait eight times. */
const pauseNewsMs = 1_000;

/** Folds one outcome into the health and says what is news; pure, time in epoch ms. A probe that follows starts not before `probeFreeMs`. */
export function hear(
  before: Health,
  heard: Heard,
  subject: { readonly connectorId: string; readonly deliveryId: string },
  nowMs: number,
  probeFreeMs = 0,
): { readonly health: Health; readonly news: readonly HealthEvent[] } {
  const { connectorId, deliveryId } = subject;
  if (heard.kind === 'success' || heard.kind === 'answered') return recovered(before, connectorId);
  if (heard.kind === 'gone') return givenUp(before, 'target_gone', heard.reason, subject);
  const news: HealthEvent[] = [];
  let health = failed(before, heard, nowMs, probeFreeMs);
  if (heard.kind === 'busy' && heard.untilMs > before.pausedUntilMs) {
    health = { ...health, pausedUntilMs: heard.untilMs };
    if (heard.untilMs > before.pausedUntilMs + pauseNewsMs) {
      news.push({
        type: 'ConnectorPaused',
        data: { connectorId, until: time(heard.untilMs), because: heard.reason, deliveryId },
      });
    }
  }
  const isSetup = heard.kind === 'misconfigured' || (heard.kind === 'failed' && heard.isSetup === true);
  if (health.failingSinceMs === null && (health.failuresInRow >= failingAfter || isSetup)) {
    health = { ...health, failingSinceMs: nowMs };
    news.push({
      type: 'ConnectorFailing',
      data: { connectorId, since: time(nowMs), because: heard.reason, deliveryId },
    });
  }
  if (health.failingSinceMs !== null && nowMs - health.failingSinceMs >= failingMsMax) {
    const end = givenUp(health, 'failing_too_long', heard.reason, subject);
    return { health: end.health, news: [...news, ...end.news] };
  }
  return { health, news };
}

/** Its circuit is open: one probe at a time finds out whether it is back, and whatever else is for it waits. */
export function isCutOff(health: Health): boolean {
  return health.failuresInRow >= circuitOpensAfter;
}

/** How many attempts may be under way: none while it is paused, one probe at its time while the circuit is open, one until it is proven. */
export function slotsOf(health: Health, maxConcurrent: number, nowMs: number): number {
  if (nowMs < health.pausedUntilMs) return 0;
  if (isCutOff(health)) return nowMs < health.probeAtMs ? 0 : 1;
  return health.proven ? maxConcurrent : 1;
}

/** The moment before which `slotsOf` answers 0; in the past when it does not. */
export function closedUntilMs(health: Health): number {
  const probe = isCutOff(health) ? health.probeAtMs : 0;
  return Math.max(health.pausedUntilMs, probe);
}

function failed(before: Health, heard: Heard, nowMs: number, probeFreeMs: number): Health {
  // A connector that is set up wrong answers fast and refuses for good: there is nothing to protect it from.
  const counts = heard.kind === 'failed' || heard.kind === 'busy';
  const failuresInRow = before.failuresInRow + (counts ? 1 : 0);
  const proven = before.proven && failuresInRow < failingAfter;
  if (failuresInRow < circuitOpensAfter) return { ...before, proven, failuresInRow };
  const probeDelayMs = Math.min(probeDelayMsMax, Math.max(probeDelayMsMin, before.probeDelayMs * 2));
  const waitMs = Math.min(probeDelayMsMax, Math.max(probeDelayMs, probeFreeMs - nowMs));
  return { ...before, proven, failuresInRow, probeDelayMs, probeAtMs: nowMs + waitMs };
}

function recovered(before: Health, connectorId: string): { health: Health; news: HealthEvent[] } {
  const news: HealthEvent[] =
    before.failingSinceMs === null ? [] : [{ type: 'ConnectorRecovered', data: { connectorId } }];
  return { health: { ...provenHealth, pausedUntilMs: before.pausedUntilMs }, news };
}

function givenUp(
  before: Health,
  reason: GivenUpReason,
  because: string,
  { connectorId, deliveryId }: { connectorId: string; deliveryId: string },
): { health: Health; news: HealthEvent[] } {
  if (before.gaveUp) return { health: before, news: [] };
  return {
    health: { ...before, gaveUp: true },
    news: [{ type: 'ConnectorGivenUp', data: { connectorId, reason, because, deliveryId } }],
  };
}

const time = (ms: number): string => new Date(ms).toISOString();
