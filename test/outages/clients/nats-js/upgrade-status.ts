// The status of a refused upgrade, which the WebSocket API hides: undici, on which Node's WebSocket is built, reports
// every response on a diagnostics channel. A header of the request identifies the client.

import { channel } from 'node:diagnostics_channel';

const HEADER = 'x-outages-attempt';
const SWITCHING_PROTOCOLS = 101;

interface HeadersMessage {
  /** Names and values in turn. */
  readonly request: { readonly headers: readonly unknown[] };
  readonly response: { readonly statusCode: number };
}

let attempts = 0;
const refused = new Map<string, number>();

channel('undici:request:headers').subscribe((message) => {
  const { request, response } = message as HeadersMessage;
  const attempt = request.headers[request.headers.indexOf(HEADER) + 1];
  if (response.statusCode !== SWITCHING_PROTOCOLS) refused.set(String(attempt), response.statusCode);
});

/**
 * Connects with the headers that it is given.
 *
 * @throws Error whose message is the status, when a server refused the upgrade
 */
export async function withUpgradeStatus<T>(
  connect: (headers: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  attempts += 1;
  const attempt = String(attempts);
  try {
    return await connect({ [HEADER]: attempt });
  } catch (cause) {
    const status = refused.get(attempt);
    throw status === undefined ? cause : new Error(String(status), { cause });
  } finally {
    refused.delete(attempt);
  }
}
