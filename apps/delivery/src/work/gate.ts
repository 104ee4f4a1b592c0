/** Whether attempts may leave: `closed` for as long as nobody has looked where this is, `held` until an operator releases. */
export type Gate = 'open' | 'closed' | 'held';
