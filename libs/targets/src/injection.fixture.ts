import type { JsonTree } from '@waybill/contracts/payload/json-tree';
import { JsonNumber } from '@waybill/contracts/payload/json-tree';

/** What strangers write into a notification in the hope that a target does more with it than show it. */
export const hostileTexts: readonly (readonly [what: string, text: string])[] = [
  ['a mention of the channel', '<!channel> <!here> <!everyone>'],
  ['a mention as an address', '!channel'],
  ['a user as an address', '@U012AB3CD'],
  ['a group as an address', '!subteam^S012AB3CD'],
  ['a mention of a user', '<@U012AB3CD>'],
  ['a link with another text', '<http://evil.example|https://bank.example>'],
  ['a link whose text is an address', 'http://evil.example|https://bank.example'],
  ['entities that are none', '&lt;!channel&gt; &amp;lt; &'],
  ['backticks', '`code` ```block``` \\`'],
  ['a link of Markdown', '[x](javascript:alert(1)) ![t](https://evil.example/t.png)'],
  ['Markdown after a backslash', '\\[x](https://evil.example) \\\\[y](https://evil.example)'],
  ['a mention of Teams', '<at>Everyone</at>'],
  ['a function of a card', '{{DATE(2017-02-14T06:08:39Z, SHORT)}} {{TIME(2017-02-14T06:08:39Z)}}'],
  ['an expression of a card', '${$root.secret} ${if(true, "x", "y")}'],
  ['a macro of Jira', '{code}x{code} {html}<b>{html} {panel:title=x} {color:red}y{color}'],
  ['a mention of Jira', '[~admin] [~accountid:5b10a2844c20165700ede21g]'],
  ['an image of Jira', '!https://evil.example/t.png! !x.png|thumbnail!'],
  ['a heading and a list of Jira', 'h1. x\nbq. y\n# z\n* w\n||a||b||\n----'],
  ['a node of a document', '","marks":[{"type":"link","attrs":{"href":"https://evil.example"}}],"x":"'],
  ['a query of Jira', '" OR project = SECRET OR summary ~ "'],
  ['a query that ends in a backslash', 'a\\" OR \\'],
  ['words of the query language', 'AND OR NOT EMPTY NULL ORDER BY'],
  ['a query of ServiceNow', 'x^ORnumber!=0^NQactive=true^EQ'],
  ['a query that runs code', 'javascript:gs.getUserID()'],
  ['the id of nothing', 'NULL'],
  ['HTML in a journal', '[code]<script>alert(1)</script>[/code] [CODE]<b>[/CODE]'],
  ['a script', '<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>'],
  ['an image that tracks', '<img src="https://evil.example/t.gif"> ![](https://evil.example/t.gif)'],
  ['links that run', '<a href="javascript:alert(1)">x</a> <a href="data:text/html,<script>">y</a> [z](vbscript:x)'],
  ['an address that runs', 'javascript:alert(document.domain)'],
  ['an address that runs, disguised', ' jAvAsCrIpT:alert(1)'],
  ['an address of data', 'data:text/html;base64,PHNjcmlwdD4='],
  ['headers of a mail', 'x\r\nBcc: thief@evil.example\r\nContent-Type: text/html\r\n\r\n<b>'],
  ['the end of a mail', 'x\r\n.\r\nMAIL FROM:<a@evil.example>\r\n'],
  ['an encoded word', '=?utf-8?B?DQpCY2M6IHRoaWVmQGV2aWwuZXhhbXBsZQ==?='],
  ['other line ends', 'a\u2028b\u2029c\u0085d\u000be\u000cf'],
  ['text that turns', 'invoice\u202efdp.exe \u2066x\u2069 \u200f'],
  ['control characters', '\u0000\u0001\u0007\u001b[31mred\u001b[0m\u007f'],
  ['the end of a text', '","admin":true,"x":"'],
  ['a placeholder', '\u27e6secret:url\u27e7\u27e6secret:routingKey\u27e7'],
  ['a tag of a template', '{{notification.id}} {{#x}} {{{incident}}}'],
  ['names of the prototype', '__proto__ constructor'],
  ['a name of the prototype alone', '__proto__'],
  ['what every object answers to', 'constructor'],
  ['a path', '../../../admin?x=1#y'],
  ['half a pair', 'a\ud83d b \udc4d'],
  ['joined and combined', '👨‍👩‍👧‍👦 e\u0301\u0301\u0301 🇩🇪 \ufeff'],
  ['a number without end', `${'9'.repeat(400)}`],
];

/** The same value with every text in it replaced; keys, numbers and lists stay. */
export function withTexts(tree: JsonTree, text: string): JsonTree {
  if (typeof tree === 'string') return text;
  if (Array.isArray(tree)) return tree.map((element) => withTexts(element, text));
  if (tree instanceof Map) return new Map([...tree].map(([key, value]) => [key, withTexts(value, text)]));
  return tree;
}

/** Every place in a JSON value, lists without their numbers: what data must not add to. */
export function placesOf(value: unknown, at = ''): ReadonlySet<string> {
  const places = new Set<string>([at]);
  if (value instanceof JsonNumber || typeof value !== 'object' || value === null) return places;
  for (const [key, member] of Array.isArray(value)
    ? value.map((element: unknown) => ['[]', element] as const)
    : Object.entries(value)) {
    for (const place of placesOf(member, `${at}/${key}`)) places.add(place);
  }
  return places;
}

/** Every text in a JSON value with the key it stands at. */
export function textsOf(value: unknown, key = ''): readonly (readonly [key: string, text: string])[] {
  if (typeof value === 'string') return [[key, value]];
  if (Array.isArray(value)) return value.flatMap((element) => textsOf(element, key));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => textsOf(member, name));
}
