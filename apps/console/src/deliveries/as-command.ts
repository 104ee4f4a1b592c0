import type { Delivery } from '../api/shapes';

type KeptRequest = NonNullable<NonNullable<Delivery['attempts']>[number]['request']>;

/** curl writes these itself; as they were recorded they would contradict the body that it sends. */
const ownHeaders: ReadonlySet<string> = new Set(['host', 'content-length', 'connection', 'transfer-encoding']);

/**
 * The newest request of a delivery as a command that runs when it is pasted: what stood for a secret is a variable of the shell, without
 * which nothing is sent. Null where nothing was sent, and for mail, which is no HTTP request.
 */
export function curlOf(delivery: Delivery): string | null {
  const request = delivery.attempts?.findLast((attempt) => attempt.request !== null)?.request;
  if (request === undefined || request === null || !/^[A-Z]+$/.test(request.method)) return null;
  if (!/^https?:\/\//.test(request.url)) return null;
  return commandOf(request);
}

function commandOf({ method, url, headers, ...rest }: KeptRequest): string {
  const body = (rest as Record<string, unknown>)['body'];
  const lines = [
    `curl -i -X ${method} ${quoted(withVariables(url, nameInUrl))}`,
    ...Object.entries(headers)
      .filter(([name]) => !ownHeaders.has(name.toLowerCase()))
      .map(([name, value]) => headerOf(name, value)),
    ...(typeof body === 'string' && body !== '' ? [`--data-binary ${quoted(withVariables(body, () => 'BODY'))}`] : []),
  ];
  return lines.join(' \\\n  ');
}

/** curl makes the pair of user and password itself: nobody has to encode anything. */
function headerOf(name: string, value: string): string {
  if (/^basic \*+$/i.test(value)) return `-u ${variable('USER_AND_PASSWORD')}`;
  return `-H ${quoted(withVariables(`${name}: ${value}`, () => (name === 'authorization' ? 'TOKEN' : name)))}`;
}

/** The record shows `https://host/…/****` of an address that is a secret as a whole, and `token=****` of one that has a secret in it. */
function nameInUrl(before: string): string {
  return /([\w-]+)=$/.exec(before)?.[1] ?? 'URL';
}

interface Piece {
  readonly text?: string;
  readonly secret?: string;
}

/** Cuts a text where the record hides something: a placeholder with its name, or four stars. */
function withVariables(text: string, nameOf: (before: string) => string): Piece[] {
  if (/^https?:\/\/[^/]+\/…\/\*{4}$/.test(text)) return [{ secret: 'URL' }];
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of text.matchAll(/⟦secret:([^⟧]*)⟧|\*{4}/g)) {
    const before = text.slice(from, found.index);
    pieces.push({ text: before }, { secret: found[1] ?? nameOf(before) });
    from = found.index + found[0].length;
  }
  return [...pieces, { text: text.slice(from) }];
}

/** Single quotes keep everything as it is; only a variable stands outside of them, in double ones. */
function quoted(pieces: readonly Piece[]): string {
  return pieces
    .map(({ text = '', secret }) => {
      if (secret !== undefined) return variable(secret);
      return text === '' ? '' : `'${text.replaceAll("'", `'\\''`)}'`;
    })
    .join('');
}

const variable = (secret: string): string =>
  `"\${WAYBILL_SECRET_${secret
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/\W/g, '_')
    .toUpperCase()}:?}"`;

/** What the command line says of a delivery. */
export function cliOf(delivery: Pick<Delivery, 'id'>): string {
  return `waybill why ${delivery.id}`;
}
