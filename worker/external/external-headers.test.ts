import { expect, test } from 'vitest';
import { EXTERNAL_HEADER } from '../../api/headers.ts';
import { ExternalError } from './external-error.ts';
import { answerHeaders, upgradeHeaders } from './external-headers.ts';

const SECRET = 'MERIDIAN_EXTERNAL_OFFICE';
const none = () => undefined;
const client = new Headers({
  upgrade: 'websocket',
  'sec-websocket-key': 'k',
  'sec-websocket-extensions': 'permessage-deflate',
  'user-agent': 'nats.js',
  origin: 'https://app.example.com',
  'x-forwarded-for': '192.0.2.1',
  cookie: 'CF_Authorization=secret; meridian-region=weur',
  authorization: 'Bearer the admin token',
  'cf-access-jwt-assertion': 'jwt',
  'x-nats-session': 'id',
});

test('somebody else sees neither cookies nor tokens for the edge', () => {
  expect(Object.fromEntries(upgradeHeaders({ id: 'office' }, client, none))).toEqual({
    upgrade: 'websocket',
    [EXTERNAL_HEADER]: 'office',
    'sec-websocket-extensions': 'permessage-deflate',
    'user-agent': 'nats.js',
    origin: 'https://app.example.com',
    'x-forwarded-for': '192.0.2.1',
  });
});

test('the secret may be several headers, and takes precedence over what the client sends', () => {
  const value = 'CF-Access-Client-Id: a.access\r\nCF-Access-Client-Secret: b\n\nuser-agent: edge\n';
  const headers = upgradeHeaders({ id: 'office', secret: SECRET }, client, (name) =>
    name === SECRET ? value : undefined,
  );
  expect(headers.get('cf-access-client-id')).toBe('a.access');
  expect(headers.get('cf-access-client-secret')).toBe('b');
  expect(headers.get('user-agent')).toBe('edge');
});

test.each([undefined, '', ' \n', 'token', 'Authorization:', 'Authorization: Bearer a\nb', 'A: \u00e9'])(
  'the secret %j is none, and is not told',
  (value) => {
    const headers = () => upgradeHeaders({ id: 'office', secret: SECRET }, undefined, () => value);
    expect(headers).toThrow(ExternalError);
    expect(headers).toThrow(/its secret is not set, or has a line that is no header/);
  },
);

test('its cookies are not for the clients of the edge', () => {
  const answer = new Headers({ 'set-cookie': 'a=b', server: 'x', 'sec-websocket-protocol': 'nats' });
  expect(Object.fromEntries(answerHeaders(answer))).toEqual({ 'sec-websocket-protocol': 'nats' });
});
