import { describe, expect, test } from 'vitest';
import {
  greetingFrom,
  parseInfoLine,
  type RouteInfo,
  RouteRefusedError,
  refusalLine,
} from './route-handshake.ts';

/** As nats-server 2.15 sends it on its route port, shortened. */
const INFO: RouteInfo = {
  server_id: 'NDXYZ',
  server_name: 'nats-weur',
  version: '2.15.1',
  host: '0.0.0.0',
  port: 6222,
  headers: true,
  max_payload: 1048576,
  nonce: 'dGVzdA',
  ip: 'nats-route://172.17.0.3:6222/',
  cluster: 'meridian',
  lnoc: true,
  lnocu: true,
  xkey: 'XKEY',
};

describe('a first line', () => {
  test('of INFO is parsed, with the fields that are not known here', () => {
    expect(parseInfoLine(`INFO ${JSON.stringify(INFO)}`)).toEqual(INFO);
  });

  test.each(['asleep', 'starting', "it's full", ''])('that refuses with %j throws that word', (reason) => {
    const line = refusalLine(reason).trimEnd();
    expect(() => parseInfoLine(line)).toThrow(RouteRefusedError);
    expect(() => parseInfoLine(line)).toThrow(expect.objectContaining({ reason }));
  });

  test("that is nats-server's own error is a refusal as well", () => {
    expect(() => parseInfoLine("-ERR 'Authorization Violation'")).toThrow(
      expect.objectContaining({ name: 'RouteRefusedError', reason: 'Authorization Violation' }),
    );
  });

  test.each([
    '',
    'PING',
    'info {}',
    'INFO',
    'INFO{"server_id":"a"}',
    'HTTP/1.1 400 Bad Request',
    '-ERR asleep',
    '\0\0',
  ])('of %j is no INFO', (line) => {
    expect(() => parseInfoLine(line)).toThrow('expected INFO on the route port');
  });

  test('that is no INFO is quoted, but not at length', () => {
    expect(() => parseInfoLine('x'.repeat(10_000))).toThrow(/^.{1,100}$/);
  });

  test.each(['INFO ', 'INFO {', 'INFO nonsense', "INFO {'server_id':'a'}"])('of %j has no JSON', (line) => {
    expect(() => parseInfoLine(line)).toThrow(SyntaxError);
  });

  test.each([
    '{}',
    'null',
    '[]',
    '7',
    '"server_id"',
    '{"server_id":7}',
    '{"server_id":null}',
    '{"Server_Id":"a"}',
  ])('of INFO %s names no server_id', (json) => {
    expect(() => parseInfoLine(`INFO ${json}`)).toThrow('names no server_id');
  });
});

test('a refusal has the form of the protocol, byte by byte', () => {
  expect(refusalLine('asleep')).toBe("-ERR 'asleep'\r\n");
});

describe('a greeting', () => {
  test('is a CONNECT and an INFO, each a line of its own', () => {
    expect(greetingFrom({ server_id: 'A', server_name: 'a', cluster: 'c', headers: true, lnocu: true })).toBe(
      'CONNECT {"echo":true,"verbose":false,"pedantic":false,"tls_required":false,"name":"A","headers":true,' +
        '"cluster":"c","lnoc":true,"lnocu":true}\r\n' +
        'INFO {"server_id":"A","server_name":"a","cluster":"c","headers":true,"lnocu":true,"host":"127.0.0.1",' +
        '"port":9,"gossip_mode":1}\r\n',
    );
  });

  test('connects in the name of the peer, with what the peer can do', () => {
    expect(connectOf(greetingFrom(INFO))).toEqual({
      echo: true,
      verbose: false,
      pedantic: false,
      tls_required: false,
      name: 'NDXYZ',
      headers: true,
      cluster: 'meridian',
      lnoc: true,
      lnocu: true,
    });
  });

  test('of a peer that says nothing of itself claims nothing for it', () => {
    expect(connectOf(greetingFrom({ server_id: 'A' }))).toMatchObject({
      name: 'A',
      headers: false,
      cluster: '',
      lnocu: false,
    });
  });

  test('passes on what is not known here', () => {
    expect(infoOf(greetingFrom(INFO))).toMatchObject({ server_id: 'NDXYZ', version: '2.15.1', xkey: 'XKEY' });
  });

  test('gives no address that another server could dial, and forbids gossip', () => {
    expect(infoOf(greetingFrom(INFO))).toMatchObject({ host: '127.0.0.1', port: 9, gossip_mode: 1 });
  });

  test.each(['nonce', 'ip'])('leaves the %s out', (field) => {
    expect(INFO).toHaveProperty(field);
    expect(infoOf(greetingFrom(INFO))).not.toHaveProperty(field);
  });

  test('leaves the INFO itself as it was', () => {
    const info = Object.freeze({ ...INFO });
    greetingFrom(info);
    expect(info).toEqual(INFO);
  });

  test('stays two lines whatever the peer calls itself', () => {
    const greeting = greetingFrom({ server_id: 'A\r\nPING\r\n', cluster: '\r\n' });
    expect(greeting.match(/\r\n/g)).toHaveLength(2);
  });
});

function connectOf(greeting: string): unknown {
  return JSON.parse(greeting.split('\r\n')[0]?.replace(/^CONNECT /, '') ?? '');
}

function infoOf(greeting: string): unknown {
  return JSON.parse(greeting.split('\r\n')[1]?.replace(/^INFO /, '') ?? '');
}
