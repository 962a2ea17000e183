import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrapped, wrappedHelp } from './wrap.ts';

const page = { isTTY: true, columns: 40 };

test('prose is broken at words, and the lines after the first are indented as it is', () => {
  expect(wrapped('  one two three four five six seven eight nine', page)).toBe(
    '  one two three four five six seven\n  eight nine',
  );
});

test('a table is broken in its last column', () => {
  expect(wrapped('VERSION  MESSAGE\n7        less of apac, since the cables are cut', page)).toBe(
    'VERSION  MESSAGE\n7        less of apac, since the cables\n         are cut',
  );
});

test('a pipe has no end of the line', () => {
  const line = 'word '.repeat(100);
  expect(wrapped(line, { columns: 40 })).toBe(line);
});

test('help is broken in a pipe too, which may be a pager', () => {
  expect(wrappedHelp(`${'x'.repeat(70)} a longer word`, {})).toBe(`${'x'.repeat(70)} a longer\nword`);
});

test.each([{ columns: 0 }, {}])('a terminal that does not say how wide it is has 80 columns', (unknown) => {
  const start = `${'x'.repeat(70)} twelve`;
  expect(wrapped(`${start} signs`, { isTTY: true, ...unknown })).toBe(`${start}\nsigns`);
});

test('no word is lost, and no line is longer than the page unless a word is', () => {
  const word = fc.stringMatching(/^[a-z]{1,15}$/);
  void fc.assert(
    fc.property(fc.array(word), (words) => {
      const lines = wrapped(words.join(' '), page).split('\n');
      expect(lines.flatMap((line) => line.split(' ').filter((each) => each !== ''))).toEqual(words);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
    }),
  );
});

test('a last column that begins too far to the right goes to the next line', () => {
  expect(wrapped(`1   ${'x'.repeat(30)}  2001:db8:1:2::3`, page)).toBe(
    `1   ${'x'.repeat(30)}\n  2001:db8:1:2::3`,
  );
});

test('colours take no room', () => {
  const red = `\u001b[31m${'x'.repeat(38)}\u001b[39m`;
  expect(wrapped(`${red} y`, page)).toBe(`${red} y`);
  expect(wrapped(`${red} yy`, page)).toBe(`${red}\nyy`);
});
