/**
 * What a reader's screen obeys instead of showing: C0 (beside tab and line ends), DEL and C1, with which a text writes over what stands
 * on a terminal, and the bidi controls, with which it shows other words than it holds (CVE-2021-42574). A CR is part of a line end only.
 */
const obeyed =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/g;

/**
 * Shows such characters as `\u001b`. What targets and publishers say is kept as it came, so whoever shows it to a person asks for this.
 * JSON stays JSON that means the same: there these characters stand in strings alone.
 */
export function visible(text: string): string {
  return text.replace(obeyed, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
