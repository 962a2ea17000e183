import { expect, test } from 'vitest';
import { fileOf, region } from '../test/support/data/sample-config.ts';
import { parseConfigFile } from './config-file.ts';
import { describeProblem } from './problems.ts';
import { parseConfig } from './validate.ts';

const TEXT = JSON.stringify(fileOf(region('weur', { name: 'Zürich' })), null, 2);

function told(bytes: Uint8Array): string[] {
  const result = parseConfigFile(bytes);
  return result.ok ? [] : result.problems.map(describeProblem);
}

function utf16(text: string, mark: string, isBigEndian: boolean): Uint8Array {
  const bytes = Buffer.from(mark + text, 'utf16le');
  return isBigEndian ? bytes.swap16() : bytes;
}

function utf32(text: string): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(text.length * 4));
  for (const [index, character] of [...text].entries())
    bytes.setUint32(index * 4, character.codePointAt(0) ?? 0, true);
  return new Uint8Array(bytes.buffer);
}

test('a byte-order mark of UTF-8 is read over', () => {
  expect(parseConfigFile(Buffer.from(`\uFEFF${TEXT}`))).toEqual(parseConfigFile(Buffer.from(TEXT)));
  expect(parseConfigFile(Buffer.from(`\uFEFF${TEXT}`))).toMatchObject({ ok: true });
  expect(parseConfig(`\uFEFF${TEXT}`)).toMatchObject({ ok: true });
});

test.each([
  ['UTF-16LE', utf16(TEXT, '\uFEFF', false)],
  ['UTF-16BE', utf16(TEXT, '\uFEFF', true)],
  ['UTF-16LE', utf16(TEXT, '', false)],
  ['UTF-16BE', utf16(TEXT, '', true)],
  ['UTF-32LE', utf32(`\uFEFF${TEXT}`)],
  ['UTF-32LE', utf32(TEXT)],
  ['compressed by gzip', new Uint8Array([0x1f, 0x8b, 8, 0])],
])('%s is named as what it is', (encoding, bytes) => {
  expect(told(bytes)).toEqual([`not UTF-8 but ${encoding}: save the file as UTF-8.`]);
});

test('an 8-bit encoding is named with the line where it shows', () => {
  const [line] = TEXT.split('\n').flatMap((each, index) => (each.includes('Zürich') ? [index + 1] : []));
  expect(told(Buffer.from(TEXT, 'latin1'))).toEqual([
    `not UTF-8 but an 8-bit encoding such as Windows-1252 or ISO 8859-1, or damaged (first seen in line ${line}): save the file as UTF-8.`,
  ]);
});

test('every problem has its line, and a key that is given twice is refused with both of its lines', () => {
  const text = `{
  "regions": [
    {
      "id": "weur", "hint": "weur", "latitude": 46, "longitude": 0,
      "weight": 50,
      "placement": ["WEUR",
        "WEUR"],
      "limits": { "maxConnections": 1e21 },
      "wieght": 1,
      "weight": 70
    }
  ],
  "routing": { "off": ["bnad"] }
}`;
  expect(told(Buffer.from(text))).toEqual([
    'regions[0]: "weight" is given twice, in line 5 and again in line 10, column 7: only the last would count, so remove one of the two.',
    'routing.off[0]: "bnad" is not known; did you mean "band"? Use one of health, residency, pin, dial, priority, capacity, warmth, affinity, band. (line 13)',
    'regions[0].limits.maxConnections: should be at most 1000000, but is 1e+21. (line 8)',
    'regions[0]: there is no "wieght" here; did you mean "weight"? Remove or rename it. (line 9)',
    'regions[0].placement[1]: "WEUR" is already at regions[0].placement[0]: remove one of the two. (line 7)',
  ]);
});

test('a repeated key alone is enough to be refused', () => {
  const text = TEXT.replace('"id": "weur"', '"id": "oc", "id": "weur"');
  expect(told(Buffer.from(text))).toHaveLength(1);
});

test('a control character is told with its place, also as it is in a string', () => {
  const escaped = TEXT.replace('Zürich', 'Z\\u0007rich');
  expect(told(Buffer.from(escaped))).toEqual([
    expect.stringMatching(
      /^regions\[0\]\.name: should be one line of text without control characters or leading or trailing spaces, but is "Z\\u0007rich"\. \(line 11\)$/,
    ),
  ]);
  expect(told(Buffer.from(TEXT.replace('Zürich', 'Z\u0007rich')))).toEqual([
    expect.stringMatching(/^not JSON: line 11, column 17 should be an escape such as \\u0007, since/),
  ]);
});

test('what is not seen in a text is seen in what is told of it', () => {
  const unseen = TEXT.replace('"name"', '"na\u202eme\\u001b[31m"');
  expect(told(Buffer.from(unseen))[0]).toContain('there is no "na\\u202eme\\u001b[31m" here');
});
