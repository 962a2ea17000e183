import { describe, expect, test } from 'vitest';
import { upgradeRefusal } from './upgrade-check.ts';

const KEY = Buffer.alloc(16, 7).toString('base64');

const UPGRADE: Readonly<Record<string, string | undefined>> = {
  upgrade: 'websocket',
  connection: 'Upgrade',
  'sec-websocket-version': '13',
  'sec-websocket-key': KEY,
};

/** An upgrade with some of its headers changed; undefined leaves one out. */
function refusalOf(changes: Readonly<Record<string, string | undefined>>): Response | undefined {
  const headers = Object.entries({ ...UPGRADE, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return upgradeRefusal({ headers: new Headers(headers.map(([name, value]) => [name, value])) } as Request);
}

describe('a legal upgrade goes on', () => {
  test.each([
    [{}],
    [{ upgrade: 'WebSocket' }],
    [{ upgrade: 'WEBSOCKET' }],
    [{ upgrade: ' websocket ' }],
    [{ connection: 'upgrade' }],
    [{ connection: 'keep-alive, Upgrade' }],
    [{ connection: 'Upgrade, HTTP2-Settings' }],
    [{ 'sec-websocket-version': ' 13 ' }],
    [{ 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }],
    // Behind Cloudflare's network, which has taken the header of the hop before.
    [{ connection: undefined, 'cf-ray': '8f00-SYD' }],
  ])('%j', (changes) => {
    expect(refusalOf(changes)).toBeUndefined();
  });
});

test('who may connect there is named', async () => {
  const refusal = upgradeRefusal(new Request('https://edge.example/leafnode'), 'a leaf node');
  expect(await refusal?.text()).toContain('connect a leaf node here, over WebSocket');
});

describe('what is none is refused as a server would', () => {
  test.each([
    [{ upgrade: undefined }, 426, 'connect a NATS client'],
    [{ upgrade: '' }, 426, 'connect a NATS client'],
    [{ upgrade: 'h2c' }, 426, 'connect a NATS client'],
    [{ upgrade: 'websocket2' }, 426, 'connect a NATS client'],
    [{ upgrade: 'websocket, h2c' }, 426, '"Upgrade: websocket" alone'],
    [{ upgrade: 'h2c, WebSocket' }, 426, '"Upgrade: websocket" alone'],
    [{ upgrade: 'websocket,' }, 426, '"Upgrade: websocket" alone'],
    [{ 'content-length': '0' }, 405, 'without a body'],
    [{ 'transfer-encoding': 'chunked' }, 405, 'without a body'],
    [{ connection: undefined }, 400, 'Connection: Upgrade'],
    [{ connection: 'close' }, 400, 'Connection: Upgrade'],
    [{ connection: 'keep-alive', 'cf-ray': '8f00-SYD' }, 400, 'Connection: Upgrade'],
    [{ 'sec-websocket-version': undefined }, 426, 'version 13'],
    [{ 'sec-websocket-version': '8' }, 426, 'version 13'],
    [{ 'sec-websocket-version': '13, 8' }, 426, 'version 13'],
    [{ 'sec-websocket-key': undefined }, 400, '16 bytes'],
    [{ 'sec-websocket-key': 'abc' }, 400, '16 bytes'],
    [{ 'sec-websocket-key': Buffer.alloc(15).toString('base64') }, 400, '16 bytes'],
    [{ 'sec-websocket-key': Buffer.alloc(17).toString('base64') }, 400, '16 bytes'],
    [{ 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAB==' }, 400, '16 bytes'],
    [{ 'sec-websocket-key': `${KEY}, ${KEY}` }, 400, '16 bytes'],
  ])('%j is %i', async (changes, status, message) => {
    const refusal = refusalOf(changes);
    expect(refusal?.status).toBe(status);
    expect(await refusal?.json()).toMatchObject({ error: { message: expect.stringContaining(message) } });
  });

  test('and 426 says what would be taken', () => {
    const headers = refusalOf({ 'sec-websocket-version': '8' })?.headers;
    expect(headers?.get('upgrade')).toBe('websocket');
    expect(headers?.get('sec-websocket-version')).toBe('13');
  });
});
