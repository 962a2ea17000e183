// Credentials that no client could ever send: a client's CONNECT is one line of the protocol, and nats-server closes a
// connection whose line is longer than its `max_control_line`. It takes longer credentials itself without a word.

import { CONTROL_LINE_BYTES } from './control-line.ts';

/** What else a client says of itself in its CONNECT: nats.js takes about 200 bytes, and names may be longer. */
const REST_OF_CONNECT_BYTES = 512;

/** How long credentials may be in all, as JSON. */
export const MOST_CREDENTIAL_BYTES = CONTROL_LINE_BYTES - REST_OF_CONNECT_BYTES;

type Name = 'NATS_TOKEN' | 'NATS_USER' | 'NATS_PASSWORD' | 'NATS_USER_NEXT' | 'NATS_PASSWORD_NEXT';

type Credentials = { readonly [name in Name]?: string };

/** Why no client could connect with these credentials; undefined if clients can. */
export function whyTooLong(credentials: Credentials): string | undefined {
  const { NATS_TOKEN, NATS_USER, NATS_PASSWORD, NATS_USER_NEXT, NATS_PASSWORD_NEXT } = credentials;
  return (
    tooLong('NATS_TOKEN is', NATS_TOKEN) ??
    tooLong('NATS_USER and NATS_PASSWORD are', `${NATS_USER ?? ''}${NATS_PASSWORD ?? ''}`) ??
    tooLong('NATS_USER_NEXT and NATS_PASSWORD_NEXT are', `${NATS_USER_NEXT ?? ''}${NATS_PASSWORD_NEXT ?? ''}`)
  );
}

function tooLong(what: string, text = ''): string | undefined {
  // In UTF-8, without a TextEncoder, which is not of the language. JSON has escaped what has no code point.
  const bytes = encodeURIComponent(JSON.stringify(text).slice(1, -1)).replaceAll(/%../g, '.').length;
  return bytes <= MOST_CREDENTIAL_BYTES
    ? undefined
    : `${what} ${bytes} bytes long, and a client that sends more than ${MOST_CREDENTIAL_BYTES} is disconnected: set a shorter one with wrangler secret put`;
}
