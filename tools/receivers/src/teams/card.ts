import { isObject } from '../call.js';

type Fault = (message: Record<string, unknown>) => string | null;

/** What makes a flow's run fail (targets.md 2b), with the words of the run history. */
export const cardFaults: readonly { readonly id: string; readonly when: string; readonly fault: Fault }[] = [
  {
    id: 'attachments',
    when: 'attachments missing, null or no array',
    fault: ({ attachments }) =>
      Array.isArray(attachments)
        ? null
        : `The execution of template action 'Send_each_adaptive_card' failed: the result of the evaluation of 'foreach' expression '@triggerOutputs()?['body']?['attachments']' is of type '${typeName(attachments)}'. The result must be a valid array.`,
  },
  {
    id: 'content-type',
    when: 'contentType is not application/vnd.microsoft.card.adaptive',
    fault: (message) =>
      attachmentsOf(message).some((one) => one['contentType'] !== 'application/vnd.microsoft.card.adaptive')
        ? "Property 'contentType' must be 'application/vnd.microsoft.card.adaptive'"
        : null,
  },
  {
    id: 'type',
    when: 'content.type is not AdaptiveCard',
    fault: (message) =>
      attachmentsOf(message).some((one) => !isObject(one['content']) || one['content']['type'] !== 'AdaptiveCard')
        ? "Property 'type' must be 'AdaptiveCard'"
        : null,
  },
  {
    id: 'empty-body',
    when: 'the card has no body, or there is no card',
    fault: (message) => {
      const cards = attachmentsOf(message);
      const empty = cards.some((one) => !isObject(one['content']) || !hasBody(one['content']));
      return cards.length === 0 || empty ? "Property 'body' must not be empty" : null;
    },
  },
];

function attachmentsOf(message: Record<string, unknown>): readonly Record<string, unknown>[] {
  const attachments = message['attachments'];
  return Array.isArray(attachments) ? attachments.map((one) => (isObject(one) ? one : {})) : [];
}

function hasBody(card: Record<string, unknown>): boolean {
  return Array.isArray(card['body']) && card['body'].length > 0;
}

function typeName(value: unknown): string {
  if (value === undefined || value === null) return 'Null';
  const name = typeof value;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The first text of a card: what a person sees on top. */
export function titleOf(card: unknown): string {
  if (Array.isArray(card)) {
    for (const inner of card) {
      const title = titleOf(inner);
      if (title !== '') return title;
    }
    return '';
  }
  if (!isObject(card)) return '';
  if (typeof card['text'] === 'string') return card['text'];
  return titleOf(card['body'] ?? card['items'] ?? card['columns'] ?? null);
}
