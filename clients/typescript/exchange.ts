// `POST /api/credentials`: a sign-in becomes a NATS user. What an edge refuses is told from what it cannot do now.

import { ask } from './ask.ts';
import { CredentialsError, EndpointError, textOf } from './errors.ts';

const MOST_MESSAGE_CHARACTERS = 500;
const TOO_MANY_REQUESTS = 429;
const CLIENT_ERRORS = 400;
const SERVER_ERRORS = 500;

export interface Exchange {
  readonly address: string;
  /** The sign-in. No error repeats it. */
  readonly jwt: string;
  readonly publicKey: string;
  readonly signal?: AbortSignal;
}

export interface Exchanged {
  readonly userJwt: string;
  /** By the edge's own clock, since this machine's may be wrong. */
  readonly lastsMs: number;
}

/** @throws CredentialsError if the sign-in is refused, EndpointError if the edge cannot say */
export async function exchange(
  origin: string,
  { address, jwt, publicKey, signal }: Exchange,
): Promise<Exchanged> {
  const { status, body, now } = await ask(address, {
    method: 'POST',
    headers: { authorization: `Bearer ${jwt}`, 'content-type': 'application/json' },
    body: JSON.stringify({ publicKey }),
    ...(signal && { signal }),
  }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new EndpointError(origin, `does not answer to a sign-in: ${textOf(cause)}`, { cause });
  });
  const answer = (body ?? {}) as { readonly jwt?: unknown; readonly expiresAt?: unknown };
  const { jwt: userJwt, expiresAt } = answer;
  if (status === 200 && typeof userJwt === 'string' && typeof expiresAt === 'number')
    return { userJwt, lastsMs: expiresAt - now };
  const { code, message } = refusalOf(body, jwt);
  const what = `(${[status, code].filter(Boolean).join(' ')})${message && `: ${message}`}`;
  if (code !== '' && status >= CLIENT_ERRORS && status < SERVER_ERRORS && status !== TOO_MANY_REQUESTS)
    throw new CredentialsError(origin, `refuses the sign-in ${what}`, { code });
  if (status === 401 || status === 403) throw new CredentialsError(origin, `refuses the sign-in ${what}`);
  const isBusy = status >= SERVER_ERRORS || status === TOO_MANY_REQUESTS;
  throw new EndpointError(
    origin,
    isBusy ? `cannot take the sign-in now ${what}` : `answers to the sign-in with something else ${what}`,
  );
}

function refusalOf(body: unknown, jwt: string): { readonly code: string; readonly message: string } {
  const { error } = (body ?? {}) as { readonly error?: unknown };
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  return { code: words(code, jwt), message: words(message, jwt) };
}

function words(value: unknown, jwt: string): string {
  if (typeof value !== 'string') return '';
  return value.replaceAll(jwt, '...').slice(0, MOST_MESSAGE_CHARACTERS);
}
