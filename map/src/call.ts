// A call of the API with the token of whoever has signed in. (api/client.ts knows all endpoints, and is four times as large.)

import { ApiError } from '../../api/api-error.ts';

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Longer than an edge takes to replay its traffic for a forecast. */
const TIMEOUT_MS = 20_000;

/** It rejects with an ApiError, or with an Error that says that there was no answer. */
export async function call<T>(
  path: string,
  { method = 'GET', query = {}, body, token, signal }: Call = {},
): Promise<T> {
  const url = new URL(path, location.href);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    redirect: 'manual',
  }).catch((cause: Error) => {
    if (cause.name === 'AbortError') throw cause;
    throw new Error('Meridian does not answer. Is this machine online?', { cause });
  });
  const answer = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer as T;
  throw new ApiError(response.status, answer);
}

export { ApiError };
