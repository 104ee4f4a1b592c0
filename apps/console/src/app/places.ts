import type { IconName } from '../pieces/icons';
import { general } from '../words/general';

interface Place {
  readonly to: string;
  readonly label: string;
  readonly icon: IconName;
  /** After g. */
  readonly key: string;
  /** All of them are needed. */
  readonly scopes: readonly ('read' | 'audit' | 'admin')[];
}

/** The pages of the navigation, in its order; a page whose scope the key does not have is not shown. */
export const places: readonly Place[] = [
  { to: '/', label: general.nav.home, icon: 'home', key: 'h', scopes: [] },
  { to: '/connectors', label: general.nav.connectors, icon: 'connectors', key: 'c', scopes: ['read'] },
  { to: '/subscriptions', label: general.nav.subscriptions, icon: 'subscriptions', key: 's', scopes: ['read'] },
  { to: '/deliveries', label: general.nav.deliveries, icon: 'deliveries', key: 'd', scopes: ['read'] },
  { to: '/dead-letters', label: general.nav.deadLetters, icon: 'deadLetters', key: 'l', scopes: ['read'] },
  { to: '/jobs', label: general.nav.jobs, icon: 'repeat', key: 'j', scopes: ['read'] },
  { to: '/notifications', label: general.nav.notifications, icon: 'notifications', key: 'n', scopes: ['read'] },
  { to: '/audit', label: general.nav.audit, icon: 'audit', key: 'a', scopes: ['audit'] },
  { to: '/past', label: general.nav.past, icon: 'clock', key: 'p', scopes: ['audit', 'read'] },
  { to: '/keys', label: general.nav.keys, icon: 'keys', key: 'k', scopes: ['admin'] },
  { to: '/doctor', label: general.nav.doctor, icon: 'doctor', key: 'o', scopes: ['read'] },
];

const idPages: Record<string, string> = {
  con: '/connectors/',
  sub: '/subscriptions/',
  ntf: '/notifications/',
  dlv: '/deliveries/',
  job: '/jobs/',
};

/** The page of an id; null for what is no id. */
export function pageOf(text: string): string | null {
  const found = /^(con|sub|ntf|dlv|job)_[0-7][0-9a-z]{25}$/.exec(text.trim());
  return found === null ? null : `${idPages[found[1] ?? ''] ?? ''}${found[0]}`;
}
