import { expect, test } from 'vitest';
import { leafGreeting } from './leaf-handshake.ts';
import type { RouteInfo } from './route-handshake.ts';

/** As nats-server 2.15 sends it on its leaf port, shortened. */
const INFO: RouteInfo = {
  server_id: 'NDXYZ',
  server_name: 'nats-weur',
  version: '2.15.1',
  host: '0.0.0.0',
  port: 7422,
  headers: true,
  auth_required: true,
  nonce: 'dGVzdA',
  cluster: 'meridian',
  compression: 'off',
};

const SIGN_IN = { user: 'region', password: 'of this start' };

const connectOf = (info: RouteInfo, peerIsHub: boolean) =>
  JSON.parse(leafGreeting(info, SIGN_IN, peerIsHub).slice('CONNECT '.length)) as Record<string, unknown>;

test('a server is greeted on behalf of the other, with the credentials that it asks for', () => {
  expect(leafGreeting(INFO, SIGN_IN, true)).toMatch(/^CONNECT \{.*\}\r\n$/);
  expect(connectOf(INFO, true)).toEqual({
    version: '2.15.1',
    server_id: 'NDXYZ',
    name: 'nats-weur',
    cluster: 'meridian',
    headers: true,
    protocol: 1,
    user: 'region',
    pass: 'of this start',
    is_hub: true,
  });
});

test('only the session is told that the other is the hub, and compression and nonce are never passed on', () => {
  const connect = connectOf(INFO, false);
  expect(connect).not.toHaveProperty('is_hub');
  for (const field of ['compression', 'nonce', 'sig']) expect(connect).not.toHaveProperty(field);
});

test('a server without a cluster names none', () => {
  const { cluster: _, ...alone } = INFO;
  expect(connectOf(alone, false)).not.toHaveProperty('cluster');
});
