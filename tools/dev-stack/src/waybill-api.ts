/** Calls the gateway the way any user's program would. */
export interface WaybillApi {
  get<T>(path: string): Promise<T>;
  /** Throws with the problem's own words when the answer is not 2xx. */
  post<T>(path: string, body: unknown): Promise<T>;
}

const timeoutMs = 20_000;

export function waybillApi(baseUrl: string, key: string): WaybillApi {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 1000)}`);
    return JSON.parse(text) as T;
  };
  return { get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) };
}
