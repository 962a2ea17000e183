import { expect, test } from 'vitest';
import { readFirstLine } from './first-line.ts';
import { MAX_LINE_BYTES } from './route-handshake.ts';

const TOO_LONG = `the first line is longer than ${MAX_LINE_BYTES} bytes`;

test.each([
  [['INFO {}\r\n']],
  [['INFO', ' {}', '\r\n']],
  [['INFO {}\r', '\n']],
  [['', 'INFO {}\n', '']],
  [[...'INFO {}\r\n']],
])('a line that comes as %j is one line, with nothing after it', async (chunks) => {
  const { line, rest } = await readFirstLine(streamOf(...chunks));
  expect(line).toBe('INFO {}');
  expect(rest).toHaveLength(0);
});

test.each([[['INFO {}\r\nPING\r\n']], [['INFO {}\r', '\nPING\r\n']], [['INFO {}', '\r\nPING\r\n']]])(
  'what comes behind the line in its chunk is kept: %j',
  async (chunks) => {
    const { rest } = await readFirstLine(streamOf(...chunks));
    expect(textOf(rest)).toBe('PING\r\n');
  },
);

test('bytes behind the line are kept as they are, text or not', async () => {
  const bytes = new Uint8Array([0x41, 0x0a, 0x00, 0xff, 0xfe, 0x0a]);
  const { line, rest } = await readFirstLine(streamOfBytes(bytes));
  expect(line).toBe('A');
  expect([...rest]).toEqual([0x00, 0xff, 0xfe, 0x0a]);
});

test('a character that is split over two chunks stays whole', async () => {
  const bytes = new TextEncoder().encode('é\n');
  const { line } = await readFirstLine(streamOfBytes(bytes.subarray(0, 1), bytes.subarray(1)));
  expect(line).toBe('é');
});

test('the next chunk stays in the stream, which can be read on', async () => {
  const stream = streamOf('INFO {}\r\n', 'PING\r\n');
  await readFirstLine(stream);
  expect(stream.locked).toBe(false);
  const { value } = await stream.getReader().read();
  expect(textOf(value)).toBe('PING\r\n');
});

test.each([[[]], [['']], [['INFO {}']], [['INFO', ' {}\r']]])(
  'a stream that ends after %j ended too early',
  async (chunks) => {
    await expect(readFirstLine(streamOf(...chunks))).rejects.toThrow('ended before its first line');
  },
);

test('a stream that breaks fails with its own error', async () => {
  const broken = new ReadableStream({ start: (controller) => controller.error(new Error('reset by peer')) });
  await expect(readFirstLine(broken)).rejects.toThrow('reset by peer');
});

test.each([
  ['at once', (text: string) => [text]],
  ['in pieces', (text: string) => text.match(/.{1,10000}|\n/g) ?? []],
])('a line of the greatest length is taken, arriving %s', async (_, cut) => {
  const { line } = await readFirstLine(streamOf(...cut(`${'x'.repeat(MAX_LINE_BYTES)}\n`)));
  expect(line).toHaveLength(MAX_LINE_BYTES);
});

test.each([
  ['at once', (text: string) => [text]],
  ['in pieces', (text: string) => text.match(/.{1,10000}|\n/g) ?? []],
])('a line that is one byte longer is refused, arriving %s', async (_, cut) => {
  const stream = streamOf(...cut(`${'x'.repeat(MAX_LINE_BYTES + 1)}\n`));
  await expect(readFirstLine(stream)).rejects.toThrow(TOO_LONG);
});

test('a line without end is refused before it is all there', async () => {
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 1;
      controller.enqueue(new Uint8Array(1_000).fill(0x78));
    },
  });
  await expect(readFirstLine(endless)).rejects.toThrow(TOO_LONG);
  expect(sent).toBeLessThan(MAX_LINE_BYTES / 1_000 + 3);
});

test('much that follows a short line is no reason to refuse it', async () => {
  const { rest } = await readFirstLine(streamOf(`INFO {}\n${'x'.repeat(2 * MAX_LINE_BYTES)}`));
  expect(rest).toHaveLength(2 * MAX_LINE_BYTES);
});

function streamOf(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  return streamOfBytes(...chunks.map((chunk) => new TextEncoder().encode(chunk)));
}

function streamOfBytes(...chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}
