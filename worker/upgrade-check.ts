// Whether a request is an upgrade to WebSocket that a server would accept (RFC 6455, 4.2.1). Checked before anything
// is decided, so that no other request wakes a region. Nothing behind this checks it again, since each hop of the
// platform makes its own handshake.

import { errorResponse } from './error-response.ts';

const WEBSOCKET = 'websocket';
const VERSION = '13';
const VERSION_HEADER = 'sec-websocket-version';

/** 16 bytes in base64; the last digit carries only two bits. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/** The answer that refuses the request; undefined for an upgrade that may proceed. @param who may connect there */
export function upgradeRefusal(
  { headers }: Pick<Request, 'headers'>,
  who = 'a NATS client',
): Response | undefined {
  const upgrade = headers.get('upgrade')?.trim().toLowerCase() ?? '';
  if (upgrade !== WEBSOCKET && !tokensOf(upgrade).includes(WEBSOCKET)) {
    return notAnUpgrade(`connect ${who} here, over WebSocket`);
  }
  if (headers.has('content-length') || headers.has('transfer-encoding')) {
    // It was a POST: between two hops workerd (2026-11-17) turns every upgrade into a GET, but keeps these headers.
    return errorResponse('method_not_allowed', 'an upgrade to WebSocket is a GET, without a body', {
      headers: { allow: 'GET' },
    });
  }
  const connection = headers.get('connection');
  if (connection === null ? !cameThroughCloudflare(headers) : !tokensOf(connection).includes('upgrade')) {
    return errorResponse('bad_request', 'an upgrade to WebSocket needs the header "Connection: Upgrade"');
  }
  // workerd (2026-11-17) opens a WebSocket only for a request that asks for nothing else; any other ends with a 500.
  if (upgrade !== WEBSOCKET) return notAnUpgrade('ask for "Upgrade: websocket" alone');
  if (headers.get(VERSION_HEADER)?.trim() !== VERSION) {
    return notAnUpgrade(`this server speaks version ${VERSION} of WebSocket only`);
  }
  if (KEY.test(headers.get('sec-websocket-key') ?? '')) return undefined;
  return errorResponse('bad_request', 'Sec-WebSocket-Key has to be 16 bytes in base64');
}

function notAnUpgrade(message: string): Response {
  return errorResponse('upgrade_required', message, {
    headers: { upgrade: WEBSOCKET, [VERSION_HEADER]: VERSION },
  });
}

/** `Connection` applies to one hop only: Cloudflare's network removes the client's, but adds the header below. */
function cameThroughCloudflare(headers: Headers): boolean {
  return headers.has('cf-ray');
}

function tokensOf(list: string): readonly string[] {
  return list.split(',').map((token) => token.trim().toLowerCase());
}
