import { describe, expect, test } from 'vitest';
import { NatsStream } from './nats-stream.ts';

const STREAM = Buffer.from(
  'INFO {"server_name":"a"}\r\nPONG\r\nMSG x 1 5\r\nhello\r\nMSG x 1 in.1 12\r\nMSG y 1 3\r\nb\r\nPING\r\n+OK\r\nMSG x 1 0\r\n\r\n-ERR \'Slow Consumer\'\r\n',
);

const EVENTS = [
  'info {"server_name":"a"}',
  'pong',
  'message 5 ',
  // What looks like a control line inside a payload is payload.
  'message 12 in.1',
  'ping',
  'message 0 ',
  "error 'Slow Consumer'",
];

function read(chunks: readonly Buffer[], wantsReply = true): string[] {
  const events: string[] = [];
  const stream = new NatsStream({
    wantsReply,
    onMessage: (size, reply) => events.push(`message ${size} ${reply}`),
    onPing: () => events.push('ping'),
    onPong: () => events.push('pong'),
    onInfo: (json) => events.push(`info ${json}`),
    onError: (text) => events.push(`error ${text}`),
  });
  for (const chunk of chunks) {
    // The network's buffer is reused: the reader must not keep references to it.
    const reused = Buffer.from(chunk);
    stream.push(reused);
    reused.fill(0);
  }
  return events;
}

describe('what a server sends', () => {
  test('is read whole', () => expect(read([STREAM])).toEqual(EVENTS));

  test('is read byte by byte', () => {
    expect(read(Array.from(STREAM, (byte) => Buffer.from([byte])))).toEqual(EVENTS);
  });

  test('is read however it was cut in two', () => {
    for (let cut = 1; cut < STREAM.length; cut++)
      expect(read([STREAM.subarray(0, cut), STREAM.subarray(cut)])).toEqual(EVENTS);
  });

  test('has no reply subjects where nobody wants them', () => {
    expect(read([STREAM], false)[3]).toBe('message 12 ');
  });

  test('is an error where it is not NATS', () => {
    expect(read([Buffer.from('HTTP/1.1 400 Bad Request\r\n')])).toEqual([
      'error unexpected line "HTTP/1.1 400 Bad Request"',
    ]);
  });

  test('counts a message only when all of it has come', () => {
    expect(read([Buffer.from('MSG x 1 3\r\nabc\r')])).toEqual([]);
  });
});
