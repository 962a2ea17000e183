import { expect, test } from 'vitest';
import { marked, unmarked } from './write-mark.ts';

const ID = '0b1c2d3e-0000-4000-8000-000000000000';
const bytes = (text: string) => new TextEncoder().encode(text);

test.each(['', 'value', '\n', '\u0000meridian-write 1 '])(
  '%j comes back as it was, and differs with each write',
  (text) => {
    const stored = marked(bytes(text), ID);
    expect(unmarked(stored)).toEqual(bytes(text));
    expect(stored).not.toEqual(marked(bytes(text), ID.replace('0b', '0c')));
  },
);

test('a marked value inside of another one keeps its mark', () => {
  const inner = marked(bytes('value'), ID);
  expect(unmarked(marked(inner, ID))).toEqual(inner);
});

test.each(['', '{}\n', '\u0000meridian-parts 1\n{}'])('%j, stored before there was a mark, stays', (text) => {
  expect(unmarked(bytes(text))).toEqual(bytes(text));
});
