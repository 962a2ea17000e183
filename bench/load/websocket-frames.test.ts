import { describe, expect, test } from 'vitest';
import { clientFrame, FrameStream, pongFrame } from './websocket-frames.ts';

function serverFrame(opcode: number, payload: Buffer, isFinal = true): Buffer {
  const { length } = payload;
  const first = (isFinal ? 0x80 : 0) | opcode;
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), payload]);
  const header = Buffer.alloc(length <= 0xffff ? 4 : 10);
  header[0] = first;
  header[1] = length <= 0xffff ? 126 : 127;
  if (length <= 0xffff) header.writeUInt16BE(length, 2);
  else header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

function read(chunks: readonly Buffer[]): { data: string; events: string[] } {
  const parts: Buffer[] = [];
  const events: string[] = [];
  const stream = new FrameStream({
    onData: (bytes) => parts.push(Buffer.from(bytes)),
    onPing: (payload) => events.push(`ping ${payload}`),
    onClose: (code) => events.push(`close ${code}`),
  });
  for (const chunk of chunks) stream.push(chunk);
  return { data: Buffer.concat(parts).toString('latin1'), events };
}

describe('the frames of a server', () => {
  const sizes = [0, 1, 125, 126, 127, 65_535, 65_536];

  test('are read at every length at which the header changes', () => {
    for (const size of sizes) {
      const payload = Buffer.alloc(size, 'p');
      expect(read([serverFrame(2, payload)]).data).toBe(payload.toString('latin1'));
    }
  });

  test('are one stream, byte by byte and with control frames between fragments', () => {
    const bytes = Buffer.concat([
      serverFrame(2, Buffer.from('one '), false),
      serverFrame(9, Buffer.from('are you there')),
      serverFrame(0, Buffer.alloc(200, 'x')),
      serverFrame(8, Buffer.from([0x03, 0xe8])),
    ]);
    const expected = { data: `one ${'x'.repeat(200)}`, events: ['ping are you there', 'close 1000'] };
    expect(read([bytes])).toEqual(expected);
    expect(read(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(expected);
  });

  test('with an opcode that nobody has defined are an error', () => {
    expect(() => read([serverFrame(11, Buffer.alloc(0))])).toThrow('unknown opcode 11');
  });
});

describe('the frames of a client', () => {
  test('are masked, with a mask that changes nothing', () => {
    expect(clientFrame(Buffer.from('hi'))).toEqual(Buffer.from([0x82, 0x82, 0, 0, 0, 0, 0x68, 0x69]));
  });

  test('have a longer header from 126 and from 65,536 bytes on', () => {
    const headerOf = (size: number) => clientFrame(Buffer.alloc(size)).length - size;
    expect([125, 126, 65_535, 65_536].map(headerOf)).toEqual([6, 8, 8, 14]);
    expect(clientFrame(Buffer.alloc(65_536)).readBigUInt64BE(2)).toBe(65_536n);
    expect(clientFrame(Buffer.alloc(126)).readUInt16BE(2)).toBe(126);
  });

  test('say pong with the bytes of the ping', () => {
    expect(pongFrame(Buffer.from('p'))).toEqual(Buffer.from([0x8a, 0x81, 0, 0, 0, 0, 0x70]));
  });
});
