// What is read from texts and names: copies, locks, states.

import { expect, test } from 'vitest';
import { chooseCopy, copyNameOf, parseCopyName } from './copy-name.ts';
import { lockWords, readLockText } from './lock-text.ts';
import { readStateText } from './state-text.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('a copy is named by its serial and by what is in it, and its name is read again', () => {
  const name = copyNameOf(12, bytes('one'));
  expect(name.key).toBe(`history/12-${name.sha256}.tfstate`);
  expect(parseCopyName(name.key)).toEqual(name);
  expect(copyNameOf(12, bytes('two')).key).not.toBe(name.key);
});

test.each([
  'history/12.tfstate',
  'history/x-1.tfstate',
  'meridian.tfstate',
  `history/1-${'a'.repeat(63)}.tfstate`,
])('%s is no copy', (key) => expect(parseCopyName(key)).toBeUndefined());

test('a copy is chosen by its serial, and by its hash where two have the same', () => {
  const copies = [copyNameOf(12, bytes('one')), copyNameOf(12, bytes('two')), copyNameOf(3, bytes('three'))];
  const [one, two, three] = copies;
  expect(chooseCopy(copies, '3')).toBe(three);
  expect(chooseCopy(copies, `12-${one?.sha256.slice(0, 6)}`)).toBe(one);
  expect(() => chooseCopy(copies, '12')).toThrow(new RegExp(`2 copies 12: .*12-${two?.sha256.slice(0, 8)}`));
  expect(() => chooseCopy(copies, '4')).toThrow(/no copy 4/);
  expect(() => chooseCopy(copies, 'latest')).toThrow(/names no copy/);
});

test('serial and lineage of a state are read, encrypted or not', () => {
  expect(readStateText('{"serial":3,"lineage":"a","encrypted_data":"x"}')).toEqual({
    serial: 3,
    lineage: 'a',
    encrypted: true,
  });
  expect(readStateText('{"version":4,"serial":0,"lineage":"a"}')).toMatchObject({ encrypted: false });
});

test.each(['', 'null', '{}', '{"serial":-1,"lineage":"a"}', '{"serial":1,"lineage":""}'])(
  '%j is no state',
  (text) => expect(readStateText(text)).toBeUndefined(),
);

test('a lock says who holds the state, how long, and how it is taken away; what it says is harmless', () => {
  const lock = readLockText(
    JSON.stringify({
      ID: '7e-1',
      Who: 'ann@desk\u001b[31m',
      Operation: 'OperationTypeApply',
      Created: '2026-11-01T10:00:00Z',
    }),
  );
  if (lock === undefined) throw new Error('it is one');
  const words = lockWords(lock, Date.parse('2026-11-01T10:12:30Z'));
  expect(words).toContain(
    'ann@desk holds the state since 2026-11-01T10:00:00.000Z (12 min), OperationTypeApply',
  );
  expect(words).toContain('force-unlock 7e-1');
  expect(words).not.toContain('\u001b');
  expect(readLockText('{}')).toBeUndefined();
  expect(readLockText('nothing')).toBeUndefined();
});
