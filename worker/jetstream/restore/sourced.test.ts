// What a sourced message says of where it is from.

import { expect, test } from 'vitest';
import { indexNameOf, sourcedFrom } from './sourced.ts';

test('the header of a sourced message names the entry of the configuration that it came by', () => {
  const sourced = sourcedFrom(header('META 17 meta.a > meta.a pW3n9Qxk'));
  expect(sourced).toEqual({
    indexName: 'META meta.a >',
    sequence: 17,
    subject: 'meta.a',
    identity: 'pW3n9Qxk',
  });
  expect(sourced?.indexName).toBe(indexNameOf({ name: 'META', filter_subject: 'meta.a' }));
});

test('entries with subject transforms, and without any filter', () => {
  const subject_transforms = [{ src: 'a.*', dest: 'b.{{wildcard(1)}}' }, { src: 'c' }];
  expect(indexNameOf({ name: 'META', subject_transforms })).toBe('META a.*\fc b.{{wildcard(1)}}\f>');
  expect(indexNameOf({ name: 'META', filter_subject: '', subject_transforms: [] })).toBe('META > >');
});

test('servers before 2.15 note no identity; other messages have no source', () => {
  expect(sourcedFrom(header('META 17 > > meta.a'))).toMatchObject({ sequence: 17, identity: undefined });
  expect(sourcedFrom(header('META 17'))).toBeUndefined();
  expect(sourcedFrom(new Uint8Array())).toBeUndefined();
});

function header(source: string): Uint8Array {
  return new TextEncoder().encode(`NATS/1.0\r\nOther: 1\r\nNats-Stream-Source: ${source}\r\n\r\n`);
}
