import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bytesOf,
  bytesOfAlike,
  connectLine,
  hpubBytes,
  Parser,
  pubBytes,
  repeated,
  subLine,
  textOf,
  unsubLine,
} from './nats-protocol.js';

type Read = Record<string, unknown>;

/** What the parser makes of these chunks, with payloads as text. */
function read(chunks: readonly Uint8Array[]): Read[] {
  const operations: Read[] = [];
  const parser = new Parser((operation) => {
    operations.push(
      'payload' in operation ? { ...operation, payload: textOf(operation.payload) } : { ...operation },
    );
  });
  for (const chunk of chunks) parser.feed(chunk);
  return operations;
}

const HEADERS = 'NATS/1.0\r\nA: b\r\n\r\n';
const NO_RESPONDERS = 'NATS/1.0 503\r\n\r\n';

const STREAM = bytesOf(
  [
    'INFO {"server_name":"nats-weur","headers":true}',
    '+OK',
    'PING',
    'PONG',
    'MSG a.b 1 5',
    'hello',
    'MSG a.b 12 _INBOX.x 0',
    '',
    // A payload that looks like the protocol.
    'MSG x.y 4 9',
    'PING\r\nMSG',
    `HMSG a.b 3 ${HEADERS.length} ${HEADERS.length + 5}`,
    `${HEADERS}world`,
    `HMSG s 5 reply.to ${NO_RESPONDERS.length} ${NO_RESPONDERS.length}`,
    NO_RESPONDERS,
    'MSG größe 6 3',
    '€',
    "-ERR 'Authorization Violation'",
    '',
  ].join('\r\n'),
);

const OPERATIONS = [
  { op: 'INFO', info: { server_name: 'nats-weur', headers: true } },
  { op: 'OK' },
  { op: 'PING' },
  { op: 'PONG' },
  { op: 'MSG', subject: 'a.b', sid: '1', reply: '', headers: '', payload: 'hello' },
  { op: 'MSG', subject: 'a.b', sid: '12', reply: '_INBOX.x', headers: '', payload: '' },
  { op: 'MSG', subject: 'x.y', sid: '4', reply: '', headers: '', payload: 'PING\r\nMSG' },
  { op: 'MSG', subject: 'a.b', sid: '3', reply: '', headers: HEADERS, payload: 'world' },
  { op: 'MSG', subject: 's', sid: '5', reply: 'reply.to', headers: NO_RESPONDERS, payload: '' },
  { op: 'MSG', subject: 'größe', sid: '6', reply: '', headers: '', payload: '€' },
  { op: 'ERR', error: 'Authorization Violation' },
];

test('everything that a server says is read from one frame', () => {
  expect(read([STREAM])).toEqual(OPERATIONS);
});

test('a frame may end at any byte', () => {
  for (let at = 0; at <= STREAM.length; at += 1)
    expect(read([STREAM.slice(0, at), STREAM.slice(at)]), `cut at ${at}`).toEqual(OPERATIONS);
});

test('every byte may come in a frame of its own', () => {
  expect(read([...STREAM].map((byte) => new Uint8Array([byte])))).toEqual(OPERATIONS);
});

test('frames may be cut anywhere, however often', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 20 }), (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), STREAM.length];
      const chunks = edges.slice(1).map((end, index) => STREAM.slice(edges[index], end));
      expect(read(chunks)).toEqual(OPERATIONS);
    }),
  );
});

test('an operation is told of with its last byte, not before', () => {
  expect(read([bytesOf('MSG a 1 2\r\nhi\r')])).toEqual([]);
  expect(read([bytesOf('MSG a 1 2\r\nhi\r\n')])).toHaveLength(1);
  expect(read([bytesOf('PING\r')])).toEqual([]);
});

test.each([
  'HTTP/1.1 400 Bad Request\r\n',
  'MSG a 1 x\r\n',
  'MSG a 1 -1\r\n',
  'HMSG a 1 9 8\r\nNATS/1.0\r\n',
])('%j is not NATS, and is refused', (text) => {
  expect(() => read([bytesOf(text)])).toThrow(/not NATS/);
});

test('a line that never ends is refused before it fills the memory', () => {
  const parser = new Parser(() => {});
  const piece = new Uint8Array(32 * 1024).fill(65);
  parser.feed(piece);
  parser.feed(piece);
  expect(() => parser.feed(piece)).toThrow(/without an end/);
});

test('what a client writes is what the protocol says', () => {
  expect(textOf(pubBytes('a', bytesOf('hello')))).toBe('PUB a 5\r\nhello\r\n');
  expect(textOf(pubBytes('a', bytesOf(''), 'back'))).toBe('PUB a back 0\r\n\r\n');
  expect(textOf(pubBytes('a', bytesOf('€')))).toBe('PUB a 3\r\n€\r\n');
  expect(textOf(hpubBytes('a', { A: 'b' }, bytesOf('hi')))).toBe(`HPUB a 18 20\r\n${HEADERS}hi\r\n`);
  expect(textOf(hpubBytes('a', { A: 'b' }, bytesOf('hi'), 'back'))).toBe(
    `HPUB a back 18 20\r\n${HEADERS}hi\r\n`,
  );
  expect(subLine('a.*', '7')).toBe('SUB a.* 7\r\n');
  expect(subLine('a.*', '7', 'workers')).toBe('SUB a.* workers 7\r\n');
  expect(unsubLine('7')).toBe('UNSUB 7\r\n');
  expect(unsubLine('7', 3)).toBe('UNSUB 7 3\r\n');
  expect(connectLine({ verbose: false })).toBe('CONNECT {"verbose":false}\r\n');
});

test('a batch is the same message several times', () => {
  expect(textOf(repeated(bytesOf('PING\r\n'), 3))).toBe('PING\r\nPING\r\nPING\r\n');
});

const ALIKE = bytesOf('MSG load 1 4\r\nabcd\r\n');

/** Messages counted as alike and the other operations, in frames that are cut at these places. */
function countIn(bytes: Uint8Array, cuts: readonly number[]): { counted: number; others: string[] } {
  let counted = 0;
  const others: string[] = [];
  const parser = new Parser((operation) => {
    // One that two frames share is read as any other.
    if (operation.op === 'MSG' && operation.subject === 'load') counted += 1;
    else others.push(operation.op === 'MSG' ? operation.subject : operation.op);
  });
  const onMessages = (count: number) => {
    counted += count;
  };
  parser.countAlike({ ...bytesOfAlike('load', '1', 4), onMessages });
  const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  for (const [index, end] of edges.slice(1).entries()) parser.feed(bytes.slice(edges[index], end));
  return { counted, others };
}

test('messages that are alike are counted wherever frames are cut, and others among them are read', () => {
  const bytes = bytesOf(
    `${textOf(repeated(ALIKE, 3))}PING\r\n${textOf(ALIKE)}MSG load.timed 2 4\r\n1234\r\n${textOf(repeated(ALIKE, 2))}PONG\r\n`,
  );
  const expected = { counted: 6, others: ['PING', 'load.timed', 'PONG'] };
  for (let at = 0; at <= bytes.length; at += 1)
    expect(countIn(bytes, [at]), `cut at ${at}`).toEqual(expected);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
      expect(countIn(bytes, cuts)).toEqual(expected);
    }),
  );
});

test('a message of another size or subject is not counted as alike', () => {
  let counted = 0;
  const parser = new Parser(() => {});
  const onMessages = (count: number) => {
    counted += count;
  };
  parser.countAlike({ ...bytesOfAlike('load', '1', 4), onMessages });
  parser.feed(bytesOf('MSG load 1 5\r\nabcde\r\nMSG loads 1 4\r\nabcd\r\n'));
  expect(counted).toBe(0);
});
