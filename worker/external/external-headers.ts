// What of a client's upgrade an external region sees, and what of its answer the client sees: only what is listed here. Its
// servers are somebody else's: cookies and tokens for the edge do not go there, and cookies from there are not the edge's.

import { EXTERNAL_HEADER } from '../../api/headers.ts';
import type { ExternalRegion } from '../../regions/config.ts';
import { ExternalError } from './external-error.ts';

const TO_EXTERNAL = [
  ...['sec-websocket-protocol', 'sec-websocket-extensions', 'user-agent', 'origin', 'x-forwarded-for'],
] as const;
const TO_CLIENT = ['sec-websocket-protocol', 'sec-websocket-extensions'] as const;

/** `name: value`, of visible characters. */
const HEADER = /^([A-Za-z0-9-]+):\s*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)\s*$/;

/**
 * The headers of an upgrade.
 * @param client those of the client; undefined for one of the edge's own
 * @param secretOf the value of a secret of the Worker
 * @throws ExternalError if the region's secret is missing, or is no header
 */
export function upgradeHeaders(
  { id, secret }: Pick<ExternalRegion, 'id' | 'secret'>,
  client: Headers | undefined,
  secretOf: (name: string) => string | undefined,
): Headers {
  const headers = listed(client, TO_EXTERNAL);
  headers.set('upgrade', 'websocket');
  headers.set(EXTERNAL_HEADER, id);
  if (secret === undefined) return headers;
  const lines = (secretOf(secret) ?? '').split('\n').filter((line) => line.trim() !== '');
  const parsed = lines.map((line) => HEADER.exec(line.trim()));
  if (lines.length === 0 || parsed.includes(null)) {
    throw new ExternalError(
      'its secret is not set, or has a line that is no header such as "Authorization: Bearer ..."',
    );
  }
  for (const [, name = '', value = ''] of parsed.filter((each) => each !== null)) headers.set(name, value);
  return headers;
}

/** The headers of its answer, for the client. */
export function answerHeaders(answer: Headers): Headers {
  return listed(answer, TO_CLIENT);
}

function listed(from: Headers | undefined, names: readonly string[]): Headers {
  const kept = new Headers();
  for (const name of names) {
    const value = from?.get(name);
    if (value !== null && value !== undefined) kept.set(name, value);
  }
  return kept;
}
