// An upgrade at an external region. The WebSocket that it answers with is passed on as it is, so the platform forwards the
// bytes natively, as it does those of a region of ours.

import type { ExternalRegion } from '../../regions/config.ts';
import { ExternalError, mayBeOfTheClient, whyNoAnswer, whyNoUpgrade } from './external-error.ts';
import { answerHeaders, upgradeHeaders } from './external-headers.ts';

/** What a dial needs of the world. */
export interface ExternalMeans {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** The value of a secret of the Worker. */
  readonly secretOf: (name: string) => string | undefined;
}

/** As the platform has them. @param env where the secrets are */
export function externalMeans(env: object): ExternalMeans {
  return {
    fetch: (url, init) => fetch(url, init),
    secretOf: (name) => {
      const secret: unknown = Reflect.get(env, name);
      return typeof secret === 'string' ? secret : undefined;
    },
  };
}

/** Whether its connections have TLS. Without, it is on this machine. */
export function hasTls({ url }: Pick<ExternalRegion, 'url'>): boolean {
  return /^(wss|https):/.test(url);
}

/**
 * Resolves with its 101. Redirects are not followed: they would take the secret, and what clients sign in with, elsewhere.
 * @param client the headers of the client that comes; undefined for a connection of the edge's own
 * @throws ExternalError in words that anyone may read
 */
export async function dialExternal(
  region: ExternalRegion,
  { fetch, secretOf }: ExternalMeans,
  client: Headers | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const headers = upgradeHeaders(region, client, secretOf);
  const url = region.url.replace(/^ws/, 'http');
  const answer = await fetch(url, { headers, signal, redirect: 'manual' }).catch((error: unknown) => {
    if (!signal.aborted) console.warn(`external region ${region.id}: ${error}`);
    throw new ExternalError(whyNoAnswer(error, hasTls(region)), { cause: error });
  });
  const { status, webSocket } = answer;
  if (status === 101 && webSocket !== null) {
    return new Response(null, { status, headers: answerHeaders(answer.headers), webSocket });
  }
  await answer.body?.cancel().catch(() => {});
  throw new ExternalError(whyNoUpgrade(status), {
    isOfTheClient: client !== undefined && mayBeOfTheClient(status),
  });
}
