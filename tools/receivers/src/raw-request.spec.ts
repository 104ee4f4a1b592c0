/** One request of a spec, sent as it stands: objects as JSON, strings and bytes unchanged. */
export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  /** A null takes the header away that would be there otherwise. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Content-Type is JSON unless the request says otherwise. */
export async function send(url: string, request: RawRequest): Promise<RawAnswer> {
  const { body } = request;
  const headers = Object.entries({ 'content-type': 'application/json', ...request.headers }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  // Bytes, because fetch would give a string a Content-Type of its own.
  const bytes = Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''));
  const method = request.method ?? 'POST';
  const response = await fetch(`${url}${request.path}`, {
    method,
    headers,
    redirect: 'manual',
    ...(method === 'GET' ? {} : { body: bytes }),
  });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}
