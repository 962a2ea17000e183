import { expect, test } from 'vitest';
import { readStamp, STAMP_BYTES, writeStamp } from './stamp.js';

test('a stamp is read as it was written, also after days and a billion messages', () => {
  const payload = new Uint8Array(128);
  for (const stamp of [
    { number: 0, dueMs: 0, sentMs: 0.125 },
    { number: 999_999_999, dueMs: 172_800_000.123, sentMs: 172_800_001.456 },
  ]) {
    writeStamp(payload, stamp);
    expect(readStamp(payload)).toEqual(stamp);
  }
});

test('a shorter stamp over a longer one leaves nothing of it', () => {
  const payload = new Uint8Array(STAMP_BYTES);
  writeStamp(payload, { number: 123_456, dueMs: 123_456.789, sentMs: 123_456.789 });
  writeStamp(payload, { number: 7, dueMs: 1, sentMs: 2 });
  expect(readStamp(payload)).toEqual({ number: 7, dueMs: 1, sentMs: 2 });
});
