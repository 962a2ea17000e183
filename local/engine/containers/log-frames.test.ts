import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { LogFrames } from './log-frames.ts';

function frame(content: string): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(content), 4);
  return Buffer.concat([header, Buffer.from(content)]);
}

test.each([1, 3, 8, 13, 1_000])(
  'frames that come in pieces of %i bytes give what was written',
  async (size) => {
    const bytes = Buffer.concat([frame('one\n'), frame(''), frame('zwei ü\n'), frame('three\n')]);
    const frames = new LogFrames();
    for (let at = 0; at < bytes.length; at += size) frames.write(bytes.subarray(at, at + size));
    frames.end();
    expect(await text(frames)).toBe('one\nzwei ü\nthree\n');
  },
);

test('a frame that breaks off is left out', async () => {
  const frames = new LogFrames();
  frames.end(Buffer.concat([frame('whole\n'), frame('half').subarray(0, 10)]));
  expect(await text(frames)).toBe('whole\n');
});
