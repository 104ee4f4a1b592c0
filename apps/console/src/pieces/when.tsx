import { useEffect, useState } from 'react';
import { general } from '../words/general';

const units: readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'long' });

/** "3 min ago" of a time; "just now" below five seconds. */
export function relativeTo(at: string, nowMs: number): string {
  const seconds = (Date.parse(at) - nowMs) / 1_000;
  if (Math.abs(seconds) < 5) return general.now;
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

/** A time as people say it; the exact one, in the reader's zone and UTC, on hover and in the machine-readable attribute. */
export function When({ at }: { at: string | null | undefined }) {
  const [nowMs, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  if (at === null || at === undefined) return <span>{general.never}</span>;
  return (
    <time dateTime={at} title={`${exact.format(new Date(at))}\n${at}`}>
      {relativeTo(at, nowMs)}
    </time>
  );
}

/** A time of day to the millisecond, for rows of one timeline. */
export function Exactly({ at }: { at: string }) {
  return (
    <time dateTime={at} title={exact.format(new Date(at))} style={{ fontVariantNumeric: 'tabular-nums' }}>
      {at.replace('T', ' ').replace('Z', ' UTC')}
    </time>
  );
}
