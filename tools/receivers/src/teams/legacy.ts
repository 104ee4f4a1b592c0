import { textAnswer, type Answer } from '../answer.js';
import type { Rule } from '../rule.js';
import type { TeamsCall } from './rules.js';

/** The retired Office 365 connector: gone, or in the mode of 2024 the model of a 200 that hides an error. */
export const legacyRules: readonly Rule<TeamsCall>[] = [
  {
    id: 'teams.legacy-gone',
    row: '9.2/10',
    when: 'path /webhookb2/',
    then: '410 (option: 404), plain text',
    check: (call) => {
      if (!isLegacy(call) || call.options.legacy === '2024') return null;
      return textAnswer(Number(call.options.legacy), 'Connector webhook is no longer in service.');
    },
  },
  {
    id: 'teams.legacy-no-text',
    row: '9.2/10',
    when: 'mode 2024: neither summary nor text',
    then: '400 Summary or Text is required.',
    check: (call) => {
      if (!isLegacy(call)) return null;
      const { summary, text } = call.fields;
      return summary === undefined && text === undefined ? textAnswer(400, 'Summary or Text is required.') : null;
    },
  },
  {
    id: 'teams.legacy-hidden',
    row: '9.2/10',
    when: 'mode 2024: option legacyHidden',
    then: '200 with the hidden error',
    check: (call) => (isLegacy(call) && call.options.legacyHidden !== 0 ? hidden(call.options.legacyHidden) : null),
  },
  {
    id: 'teams.legacy-ok',
    row: '9.2/10',
    when: 'mode 2024: else',
    then: '200 1',
    check: (call) => (isLegacy(call) ? textAnswer(200, '1') : null),
  },
];

function hidden(status: number): Answer {
  const reason = `Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=0,server=receivers,cv=0`;
  return textAnswer(200, `Webhook message delivery failed with error: ${reason}`);
}

function isLegacy(call: TeamsCall): boolean {
  return call.path.startsWith('/teams/webhookb2/');
}
