import { runsOf } from './rich-text.js';

const strong = (text: string) => ({ text, strong: true });
const link = (text: string) => ({ text, link: true });
const plain = (text: string) => ({ text });

describe('a text as the target shows it', () => {
  it.each([
    ['Slack shows one asterisk as bold', '*Rating*\nHigh', [strong('Rating'), plain('\nHigh')]],
    ['Slack shows two asterisks as they are', '**Rating** x', [plain('**Rating** x')]],
    ['Slack shows a product as it is', '2 * 3 * 4', [plain('2 * 3 * 4')]],
    [
      'Slack shows the words of a link',
      'see <https://a.example/x|the incident>.',
      [plain('see '), link('the incident'), plain('.')],
    ],
    ['Slack shows a bare link', '<https://a.example/x>', [link('https://a.example/x')]],
    ['Slack undoes its escapes', 'a &lt;b&gt; &amp;amp;', [plain('a <b> &amp;')]],
  ])('%s', (_, text, runs) => expect(runsOf(text, 'slack')).toEqual(runs));

  it.each([
    ['Teams shows two asterisks as bold', '**Note:** read', [strong('Note:'), plain(' read')]],
    ['Teams shows escaped signs as they are', '\\*\\*x\\*\\* local\\_ip', [plain('**x** local_ip')]],
    ['Teams shows the words of a link', '[open](https://a.example)', [link('open')]],
    ['Teams keeps escapes inside bold', '**a\\*b**', [strong('a*b')]],
  ])('%s', (_, text, runs) => expect(runsOf(text, 'markdown')).toEqual(runs));

  it.each([
    ['Jira shows a heading', 'a\nh3. Steps\nb', [plain('a\n'), strong('Steps'), plain('\nb')]],
    ['Jira shows escaped signs as they are', '\\*x\\* a\\_b', [plain('*x* a_b')]],
    ['Jira shows the words of a link', '[open|https://a.example]', [link('open')]],
    ['Jira shows one asterisk as bold', 'a *b* c', [plain('a '), strong('b'), plain(' c')]],
  ])('%s', (_, text, runs) => expect(runsOf(text, 'wiki')).toEqual(runs));

  it('ends for signs without end', () => {
    expect(runsOf('*'.repeat(5_000), 'slack')).toEqual([plain('*'.repeat(5_000))]);
  });
});
