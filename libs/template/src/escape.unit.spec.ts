import fc from 'fast-check';
import { escapeFor, type EscapeName } from './escape.js';

const escaped = (name: EscapeName, text: string) => escapeFor(name, '')(text);

describe('escapes', () => {
  const rows: [string, EscapeName, string, string][] = [
    ['nothing is changed by none', 'none', '<&*\u0000', '<&*\u0000'],
    ['Slack pings nobody', 'slack-mrkdwn', '<!channel> <@U1> a&b "q"', '&lt;!channel&gt; &lt;@U1&gt; a&amp;b "q"'],
    [
      'Teams shows marks as they are',
      'teams-markdown',
      '[x](http://e) *b* _i_ #h ~s~ `c` \\',
      '\\[x\\]\\(http://e\\) \\*b\\* \\_i\\_ \\#h \\~s\\~ \\`c\\` \\\\',
    ],
    [
      'Teams makes no list and keeps hyphens inside a line',
      'teams-markdown',
      '- a\n  + b\n1. c\n2) d\ne - f-g 1.5',
      '\\- a\n  \\+ b\n1\\. c\n2\\) d\ne - f-g 1.5',
    ],
    ['Teams runs no function of a card', 'teams-markdown', '{{DATE(x)}} {a} {{{', '{\\{DATE\\(x\\)}} {a} {\\{\\{'],
    ['a journal has no HTML', 'servicenow-journal', '[code]<b>[/CODE] [codes]', '[ code ]<b>[ /CODE ] [codes]'],
    ['Teams makes no mention', 'teams-markdown', '<at>x</at>', '\\<at\\>x\\</at\\>'],
    [
      'Jira runs no macro, link, image or mention',
      'jira-wiki',
      '{code}x [a|http://e] !i.png! [~user]',
      '\\{code\\}x \\[a\\|http://e\\] \\!i.png\\! \\[\\~user\\]',
    ],
    [
      'Jira makes no list, heading or quote',
      'jira-wiki',
      '# a\n- b\nh1. c\nbq. d',
      '\\# a\n\\- b\nh1&#46; c\nbq&#46; d',
    ],
    ['Jira keeps hyphens inside words', 'jira-wiki', 'a-b -c-', 'a-b \\-c\\-'],
    ['Jira breaks no line at a backslash', 'jira-wiki', 'C:\\\\x', 'C:&#92;&#92;x'],
    [
      'HTML has no tag and no attribute end',
      'html',
      `<a href="x" title='y'>&`,
      '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;',
    ],
    ['a line has no line end and no turned text', 'line', 'a\r\nb\u0000c\u202ed\u2028e', 'a b cd e'],
  ];
  it.each(rows)('%s', (_what, name, text, expected) => {
    expect(escaped(name, text)).toBe(expected);
  });

  const addresses: [string, string, string][] = [
    ['an address as it is', 'https://a.test/?x=1&y=2', 'https://a.test/?x=1&amp;y=2'],
    ['no mention of a channel', '!channel', '%21channel'],
    ['no mention of a user', ' @U1', '%40U1'],
    ['no address that runs', 'JavaScript:alert(1)', 'JavaScript%3aalert(1)'],
    ['no second text', 'https://a.test|https://b.test', 'https://a.test%7chttps://b.test'],
  ];
  it.each(addresses)("Slack gets behind a template's own bracket %s", (_what, text, expected) => {
    for (const before of ['<', 'see <', '"text":"\\u003c'])
      expect(escapeFor('slack-mrkdwn', '')(text, before)).toBe(expected);
    expect(escapeFor('slack-mrkdwn', '')('!a|b', '< ')).toBe('!a|b');
  });

  it('chooses by the key, and takes no name from the prototype', () => {
    const rule = { otherwise: 'html', keys: { url: 'none' } } as const;
    expect(escapeFor(rule, 'url')('<')).toBe('<');
    expect(escapeFor(rule, 'constructor')('<')).toBe('&lt;');
  });

  const opened: [EscapeName, RegExp][] = [
    ['slack-mrkdwn', /[<>]|&(?!amp;|lt;|gt;)/],
    ['teams-markdown', /(?<!\\)(?:\\\\)*[*_[\]()#~`<>]/],
    ['jira-wiki', /(?<!\\)[{}[\]!|*_^~+?@]|\\(?![{}[\]!|*_^~+?@#-])/],
    ['html', /[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/],
    ['line', /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/],
  ];
  it.each(opened)('%s leaves no open mark in any text', (name, open) => {
    const marks = fc.constantFrom(
      '<',
      '>',
      '&',
      '*',
      '\\',
      '[',
      ']',
      '{',
      '}',
      '-',
      '#',
      '\n',
      '\r',
      '"',
      "'",
      '`',
      '!',
      'h1.',
      ' ',
      'a',
      '\u202e',
      '\u2028',
    );
    fc.assert(
      fc.property(fc.array(marks, { maxLength: 12 }), (parts) => {
        const text = escaped(name, parts.join(''));
        const found = open.exec(text);
        // A preceding odd number of backslashes escapes the mark for Markdown.
        if (name === 'teams-markdown' && found !== null)
          expect(text.replace(/\\[\\*_[\]()#~`<>\-+.)]/g, '')).not.toMatch(/[\\*_[\]()#~`<>]/);
        else expect(found).toBeNull();
      }),
    );
  });
});
