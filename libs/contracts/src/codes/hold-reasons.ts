/** Why nothing is sent to anybody. `isRestore`: what waits may have been sent already, after the backup was taken. */
export const holdReasons = {
  database_changed: {
    isRestore: true,
    meaning:
      'Delivery found another database, or another database server, than the one it worked in last: a backup was restored there, or it was moved.',
  },
  timeline_changed: {
    isRestore: true,
    meaning:
      'The database server went on on another timeline: it was recovered to a point in time, or a standby was promoted, which may lack the last transactions.',
  },
  restored: { isRestore: true, meaning: 'An operator said that a backup was restored.' },
  operator_asked: { isRestore: false, meaning: 'An operator held delivery for another reason than a restore.' },
} as const satisfies Record<string, { readonly isRestore: boolean; readonly meaning: string }>;

export type HoldReason = keyof typeof holdReasons;
