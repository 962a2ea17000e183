import { describe, expect, test } from 'vitest';
import { maskedCrc32c } from '../s2/crc32c.ts';
import { CompressionFailedError, readStreamStart, streamOf } from './compressed-handshake.ts';

const IDENTIFIER = [0xff, 6, 0, 0, ...new TextEncoder().encode('S2sTwO')];
const NOTHING = new Uint8Array(0);

test('a line becomes a stream of one uncompressed chunk, byte by byte', () => {
  const line = new TextEncoder().encode('INFO {}\r\n');
  const checksum = new Uint8Array(4);
  new DataView(checksum.buffer).setUint32(0, maskedCrc32c(line), true);
  expect([...streamOf('INFO {}\r\n')]).toEqual([
    ...IDENTIFIER,
    1,
    4 + line.length,
    0,
    0,
    ...checksum,
    ...line,
  ]);
});

describe('the start of a stream', () => {
  test('is waited for, and handed on with all that came with it', async () => {
    const bytes = [...IDENTIFIER, 1, 2, 3];
    expect([...(await readStreamStart(streamFrom([bytes]), NOTHING))]).toEqual(bytes);
  });

  test('may come a byte at a time, and begin with what was read before', async () => {
    const [first, ...rest] = IDENTIFIER;
    const stream = streamFrom(rest.map((byte) => [byte]));
    expect([...(await readStreamStart(stream, Uint8Array.of(first ?? 0)))]).toEqual(IDENTIFIER);
  });

  test('leaves the stream for others to read on', async () => {
    const stream = streamFrom([IDENTIFIER, [7]]);
    await readStreamStart(stream, NOTHING);
    expect(stream.locked).toBe(false);
    expect((await stream.getReader().read()).value).toEqual(Uint8Array.of(7));
  });

  test.each([
    ['a server that goes on in plain text', 'PING\r\n'],
    ['a refusal', "-ERR 'unsupported route compression mode'\r\n"],
    ['another framing', '\u001f\u008b\u0008'],
  ])('is not %s, which is quoted', async (_, text) => {
    const bytes = [...new TextEncoder().encode(text)];
    const failure = readStreamStart(streamFrom([bytes]), NOTHING);
    await expect(failure).rejects.toThrow(CompressionFailedError);
    await expect(failure).rejects.toThrow(`got ${JSON.stringify(text)}`);
  });

  test('is not an identifier with one wrong byte, at whatever place', async () => {
    for (const at of IDENTIFIER.keys()) {
      const wrong = IDENTIFIER.with(at, 0x20);
      await expect(readStreamStart(streamFrom([wrong]), NOTHING)).rejects.toThrow(CompressionFailedError);
    }
  });

  test.each([0, 1, 9])('is missing if the connection ends after %i bytes of it', async (count) => {
    const failure = readStreamStart(streamFrom([IDENTIFIER.slice(0, count)]), NOTHING);
    await expect(failure).rejects.toThrow('ended, or took too long, before its server compressed');
    await expect(failure).rejects.toThrow(CompressionFailedError);
  });

  test('garbage is quoted, but not at length', async () => {
    const garbage = Array.from({ length: 10_000 }, () => 0x41);
    await expect(readStreamStart(streamFrom([garbage]), NOTHING)).rejects.toThrow(/^.{1,200}$/);
  });
});

function streamFrom(chunks: readonly (readonly number[])[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) if (chunk.length > 0) controller.enqueue(Uint8Array.from(chunk));
      controller.close();
    },
  });
}
