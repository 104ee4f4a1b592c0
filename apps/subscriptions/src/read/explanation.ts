import type { JsonTree } from '@waybill/contracts/payload/json-tree';
import { type Clause, compileFilter } from '@waybill/subscription/filter';
import { lookInto, type NotificationFacts } from '@waybill/subscription/look';
import type { SubscriptionState } from '@waybill/subscription/subscription';

/** Characters of an operand that a sentence shows: a payload may hold a text of 256 KiB. */
const operandCharsMax = 200;

/** Says why a subscription takes a notification or does not: the rules first, then every clause of its filter. */
export function explain(
  state: Exclude<SubscriptionState, { status: 'none' }>,
  facts: NotificationFacts,
  payload: JsonTree,
) {
  const { subscription } = state;
  const filter = subscription.filter === null ? null : compileFilter(subscription.filter);
  const look = lookInto(facts, payload);
  const rules = explainRules(state, facts);
  const because = [
    ...rules.because,
    ...(filter?.explain(look) ?? []).map((clause) => ({
      clause: nodeAt(subscription.filter, clause.pointer),
      holds: clause.result,
      prevents: clause.prevents,
      words: wordsOf(clause),
      pointer: clause.pointer,
    })),
  ];
  return { ...rules, matches: rules.matches !== false && (filter?.matches(look) ?? true), because };
}

/** As `explain`, of the rules alone: `matches` is null where only the filter could say, because the payload is gone. */
export function explainRules(state: Exclude<SubscriptionState, { status: 'none' }>, facts: NotificationFacts) {
  const { subscription } = state;
  const enabled = state.status === 'enabled';
  const ofType = subscription.types.includes(facts.type);
  const because = [
    {
      clause: 'enabled',
      holds: enabled,
      prevents: !enabled,
      words: enabled ? 'The subscription is enabled.' : `The subscription is ${state.status}.`,
    },
    {
      clause: { types: subscription.types },
      holds: ofType,
      prevents: !ofType,
      words: `${facts.type} is ${ofType ? '' : 'not '}one of its types.`,
    },
  ];
  const matches = enabled && ofType ? (subscription.filter === null ? true : null) : false;
  return { subscriptionId: subscription.id, name: subscription.name, matches, because };
}

/** The filter's node that a clause speaks of. */
function nodeAt(filter: unknown, pointer: string): unknown {
  let node = filter;
  for (const step of pointer.split('/').slice(2)) {
    node = (node as Record<string, unknown> | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return node;
}

function wordsOf(clause: Clause): string {
  if (clause.missing.length > 0) return `The notification has no ${clause.missing.join(', ')}, so this is false.`;
  const [left, right] = clause.operands.map(shown);
  const said = right === undefined ? `${clause.operator} ${left}` : `${left} ${clause.operator} ${right}`;
  // What is true is no reason by itself: it has to be said that the filter asks for the opposite.
  const unwanted = clause.prevents && clause.result ? ', and the filter wants it not to be' : '';
  return `${said} is ${clause.result ? 'true' : 'false'}${unwanted}.`;
}

function shown(operand: unknown): string {
  const text = JSON.stringify(operand);
  return text.length <= operandCharsMax ? text : `${text.slice(0, operandCharsMax)}…`;
}
