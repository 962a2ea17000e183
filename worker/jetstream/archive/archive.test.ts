// Checksums, chunks and entries, byte by byte where the format says so.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatenated } from '../../s2/bytes.ts';
import { dataChunks } from '../../s2/chunk-writer.ts';
import { MAX_DATA_BYTES } from '../../s2/chunks.ts';
import { crc32c, maskedCrc32c } from '../../s2/crc32c.ts';
import { type ArchiveEntry, encodeEntry } from './entry.ts';
import { EntryParser } from './entry-parser.ts';
import { decodeBlock } from './s2-block.ts';
import { S2Decoder } from './s2-decoder.ts';
import { encodeSegment, readSegmentHeader } from './segment.ts';

const utf8 = new TextEncoder();

const entries: fc.Arbitrary<ArchiveEntry> = fc.record({
  name: fc.string(),
  header: fc.uint8Array(),
  payload: fc.uint8Array({ maxLength: 300 }),
  timestampNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  sequence: fc.nat(Number.MAX_SAFE_INTEGER),
});

test('CRC-32C is that of RFC 3720, B.4, in one go and in parts', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, n) => n);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(ascending)).toBe(0x46dd794e);
  for (let cut = 0; cut <= 32; cut++) {
    expect(crc32c(ascending.subarray(cut), crc32c(ascending.subarray(0, cut)))).toBe(0x46dd794e);
  }
  expect(crc32c(utf8.encode('123456789'))).toBe(0xe3069283);
  expect(maskedCrc32c(utf8.encode('123456789'))).toBe(0xc78ab0e5);
});

describe('chunks', () => {
  test.each([0, 1, MAX_DATA_BYTES, MAX_DATA_BYTES + 1])('of %i bytes are read as they were', (length) => {
    const bytes = Uint8Array.from({ length }, (_, n) => n * 7);
    const decoder = new S2Decoder();
    const chunks = decoder.push(dataChunks(bytes));
    decoder.end();
    expect(chunks.length).toBe(Math.ceil(length / MAX_DATA_BYTES));
    expect(concatenated(chunks.map(({ data }) => data))).toEqual(bytes);
  });

  test('that are cut off, changed or unknown are refused', () => {
    const chunk = dataChunks(utf8.encode('content'));
    const cut = new S2Decoder();
    expect(cut.push(chunk.subarray(0, -1))).toEqual([]);
    expect(() => cut.end()).toThrow('cut off');
    for (let at = 4; at < chunk.length; at++) {
      const changed = chunk.with(at, (chunk[at] ?? 0) ^ 0x10);
      expect(() => new S2Decoder().push(changed)).toThrow('checksum differs');
    }
    expect(() => new S2Decoder().push(chunk.with(0, 0x02))).toThrow('begins no chunk');
  });
});

test('a compressed block: literals, copies that overlap, and repeats of the last offset', () => {
  // 3 literals "abc"; copy 4 from 3 back; repeat of that offset, 5 long; the rest by the long form of a repeat.
  const block = Uint8Array.of(21, 2 << 2, 97, 98, 99, 0x01, 3, (1 << 2) | 1, 0, (5 << 2) | 1, 0, 1);
  expect(new TextDecoder().decode(decodeBlock(block))).toBe('abcabcabcabcabcabcabc');
  expect(() => decodeBlock(block.subarray(0, -1))).toThrow('cut off');
  expect(() => decodeBlock(block.with(0, 20))).toThrow('more than it says');
  expect(() => decodeBlock(block.with(6, 4))).toThrow('before it');
});

describe('entries', () => {
  test('are read as they were, in pieces of any size', () => {
    fc.assert(
      fc.property(fc.array(entries), fc.integer({ min: 1, max: 200 }), (list, size) => {
        const bytes = concatenated(list.map(encodeEntry));
        const parser = new EntryParser();
        const read: ArchiveEntry[] = [];
        for (let at = 0; at < bytes.length; at += size)
          read.push(...parser.push(bytes.subarray(at, at + size)));
        parser.end();
        expect(read).toEqual(list);
      }),
    );
  });

  test('that are cut off anywhere are refused', () => {
    const bytes = encodeEntry({
      name: 's',
      header: utf8.encode('h'),
      payload: utf8.encode('body'),
      timestampNs: 1n,
      sequence: 300,
    });
    for (let length = 1; length < bytes.length; length++) {
      const parser = new EntryParser();
      expect(parser.push(bytes.subarray(0, length))).toEqual([]);
      expect(() => parser.end()).toThrow('cut off');
    }
  });

  test('of which the fields make no sense are refused', () => {
    expect(() => new EntryParser().push(new Uint8Array(60).fill(0xff))).toThrow('no entry');
  });
});

test('a segment of no messages has a header and nothing else', () => {
  const extent = { firstSeq: 4, lastSeq: 3, deleted: [] };
  const bytes = encodeSegment({ format: 1, epoch: 'e', index: 3, extent, writer: 'eu', writtenAt: 5 }, []);
  const { header, size } = readSegmentHeader(bytes);
  expect(size).toBe(bytes.length);
  expect(header).toMatchObject({ index: 3, extent, messages: 0, first: 0, last: 0 });
  expect(() => readSegmentHeader(bytes.subarray(0, -1))).toThrow('cut off');
  expect(() => readSegmentHeader(dataChunks(utf8.encode('x')))).toThrow('no segment');
});
