/** The logs of the live feed, in the order in which an id names them. */
export const liveLogs = ['registry-0', 'subscriptions-0', 'delivery-0'] as const;
export type LiveLog = (typeof liveLogs)[number];

/** The position that was sent last, by log; a log without one begins at its end. */
export type LivePlace = Map<LiveLog, number>;

/** Writes a place as the id of a server-sent event: `subscriptions-0:30,delivery-0:812`. */
export function placeText(place: LivePlace): string {
  return liveLogs.flatMap((log) => (place.has(log) ? [`${log}:${place.get(log)}`] : [])).join(',');
}

/** Reads a `Last-Event-ID`; null for what `placeText` could not have written. */
export function placeOf(text: string): LivePlace | null {
  const place: LivePlace = new Map();
  for (const part of text.split(',')) {
    const [, log = '', position = ''] = /^([a-z]+-\d+):(\d{1,15})$/.exec(part) ?? [];
    if (!isLiveLog(log) || place.has(log)) return null;
    place.set(log, Number(position));
  }
  return place;
}

function isLiveLog(log: string): log is LiveLog {
  return (liveLogs as readonly string[]).includes(log);
}
