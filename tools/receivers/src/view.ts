import type { Controlled } from './control.js';

/** One page that shows what people would see in the tools. */
export function viewOf(desk: Controlled): string {
  const { items } = desk.ledger.list({});
  const rows = items
    .slice(-200)
    .reverse()
    .map((item) => `<li><code>${escaped(new Date(item.atMs).toISOString())}</code> ${escaped(item.target)}/${escaped(item.name)} ${escaped(item.verdict)}</li>`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Receivers</title><body><h1>Receivers</h1><ul>${rows.join('\n')}</ul>`;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
