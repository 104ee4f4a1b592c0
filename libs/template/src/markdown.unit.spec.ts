import fc from 'fast-check';
import { sanitizeHtml } from './html.js';
import { markdownLengthMax, renderMarkdown } from './markdown.js';

describe('renderMarkdown', () => {
  it("renders an incident's description (A8)", () => {
    const { html, text } = renderMarkdown(
      '**Attack Detail**:  \n**Attacker:** 172.31.37.117\n\n# Steps\n\n1. isolate\n2. clean & report\n\n- a\n- b\n\n[open](https://e.example/x?a=1&b=2)\n\n<https://e.example/y>',
    );
    expect(html).toContain('<strong>Attack Detail</strong>:<br>');
    expect(html).toContain('<h1>Steps</h1>');
    expect(html).toContain('clean &amp; report');
    expect(html).toContain('<a href="https://e.example/x?a=1&amp;b=2">open</a>');
    expect(text).toBe(
      'Attack Detail:\nAttacker: 172.31.37.117\n\nSteps\n\n1. isolate\n2. clean & report\n\n- a\n- b\n\nopen (https://e.example/x?a=1&b=2)\n\nhttps://e.example/y',
    );
  });

  it('keeps the HTML that recommendations are written in', () => {
    const { html, text } = renderMarkdown(
      '<p class="x" onclick="y">Isolate <b>host</b> &amp; clean</p><ul><li>one<li>two</ul>',
    );
    expect(html).toBe('<p>Isolate <b>host</b> &amp; clean</p><ul><li>one<li>two</li></li></ul>');
    expect(text).toBe('Isolate host & clean\n\n- one\n- two');
  });

  const dropped: [string, string][] = [
    ['a script with its content', 'a<script>alert(1)</script>b'],
    ['a script that is never closed', 'a<script>alert(1)'],
    ['a style', '<style>p{}</style>x'],
    ['an image with a handler', '<img src=x onerror=alert(1)>'],
    ['a Markdown image', '![alert](https://e.example/pixel.png)'],
    ['a link to script', '[x](javascript:alert(1))'],
    ['a link to script with entities and blanks', '<a href="java&#x0A;script&colon;alert(1)">x</a>'],
    ['a link to data', '<a href=data:text/html,alert>x</a>'],
    ['an svg', '<svg><a href="javascript:alert(1)"><text>x</text></a></svg>'],
    ['a form', '<form action="https://e.example"><input name=a></form>'],
    ['a comment', 'a<!-- alert -->b'],
    ['a quote in a link', '<a href="https://e.example/&quot;onmouseover=&quot;alert(1)">x</a>'],
    ['a tag in an attribute', '<p title="><script>alert(1)</script>">x</p>'],
    ['a broken tag', '<p <script>alert'],
  ];
  it.each(dropped)('lets nothing act: %s', (_what, markdown) => {
    const { html } = renderMarkdown(markdown);
    expect(html).not.toMatch(/<(?!\/?(?:p|br|hr|a|b|ul|li|strong|em|pre|code)[ >])/i);
    expect(html.replace(/<a href="(?:https?:\/\/|mailto:)[^"<>]*">/g, '<a>')).not.toMatch(/<[^>]*[\s="'][^>]*>/);
  });

  it('shows as it was written what is longer than 64 KiB or nested without end', () => {
    expect(renderMarkdown('*x*'.padEnd(markdownLengthMax, 'y')).html).toContain('<em>');
    expect(renderMarkdown('*x*'.padEnd(markdownLengthMax + 1, 'y')).html).toMatch(/^<pre>\*x\*y/);
    expect(renderMarkdown('>'.repeat(20_000)).html).toMatch(/^<pre>&gt;/);
    expect(renderMarkdown('- '.repeat(20_000)).html).toMatch(/^<pre>- /);
  });

  it('writes no character that could open a placeholder', () => {
    expect(renderMarkdown('\u27e6secret:x\u27e7')).toEqual({
      html: '<p>&#x27e6;secret:x\u27e7</p>\n',
      text: '[secret:x\u27e7',
    });
  });
});

describe('sanitizeHtml', () => {
  it('writes only known tags, all closed, whatever comes in', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '</',
      '/>',
      '<p>',
      '</p>',
      '<a href="',
      '<a href=https://e.example>',
      '"',
      "'",
      ' ',
      '=',
      'javascript:',
      '&',
      '&lt;',
      '&#60;',
      '<script>',
      '</script>',
      '<!--',
      '-->',
      'x',
      '<li>',
      '<pre>',
      '\n',
      '<b',
      'onclick=',
      '<td>',
      '</ol>',
      '<ol>',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
        const { html } = sanitizeHtml(parts.join(''));
        const open: string[] = [];
        const rest = html.replace(
          /<(\/?)([a-z0-9]+)( href="(?:https?:\/\/|mailto:)[^"<>]*")?>/g,
          (_tag, slash: string, name: string) => {
            if (slash === '/') expect(open.pop()).toBe(name);
            else if (name !== 'br' && name !== 'hr') open.push(name);
            return '';
          },
        );
        expect(rest).not.toMatch(/[<>]/);
        expect(open).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});
