/**
 * A number as it was written: an integer that a double cannot tell from its neighbours, such as a long account number, is a bigint.
 * Two of them are equal only when all of their digits are, and both kinds have one order.
 */
export function exactNumber(text: string): number | bigint {
  const number = Number(text);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : exactOf(number);
}

/** The same of a number that was read already; what a double cannot hold is refused where filters are read. */
export function exactOf(number: number): number | bigint {
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? BigInt(number) : number;
}
