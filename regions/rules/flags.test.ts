import { describe, expect, test } from 'vitest';
import { fileOf, region } from '../../test/support/data/sample-config.ts';
import { describeProblem } from '../problems.ts';
import { parseConfig, validateConfig } from '../validate.ts';

function saidOf(flags: unknown): readonly string[] {
  const result = validateConfig({ ...fileOf(region('weur')), flags });
  return [...(result.ok ? [] : result.problems), ...result.warnings].map(describeProblem);
}

const problemsOf = (fields: object) => saidOf({ 'new-search': { on: true, ...fields } });

describe('a flag', () => {
  test.each([
    {},
    { percent: 0 },
    { percent: 12.5 },
    { percent: 100 },
    { countries: ['DE', 'EU', 'XX', 'T1'] },
    { colos: ['SYD', 'MEL'] },
    { header: 'x-tier' },
    { header: 'origin', headerValues: ['https://app.example'] },
    { header: 'x-authors', headerValues: ['A B'] },
  ])('may have %j', (fields) => {
    expect(problemsOf(fields)).toEqual([]);
  });

  test.each([
    [{ percent: 100.1 }, 'percent: should be at most 100, but is 100.1.'],
    [{ percent: -1 }, 'percent: should be at least 0, but is -1.'],
    [{ percent: '5' }, 'percent: should be a number, but is "5".'],
    [{ on: 'yes' }, 'on: should be true or false, but is "yes".'],
    [{ on: 1 }, 'on: should be true or false, but is 1.'],
    [{ countries: [] }, 'countries: is empty: add at least one entry.'],
    [{ countries: 'DE' }, 'countries: should be a list, but is "DE".'],
    [{ countries: ['UK'] }, 'countries[0]: "UK" is no country; did you mean "GB"?'],
    [{ colos: ['Sydney'] }, 'colos[0]: should be the code of a data center, such as "SYD", but is "Sydney".'],
    [{ colos: ['SYD', 'SYD'] }, 'colos[1]: "SYD" is already at flags.new-search.colos[0]'],
    [
      { headerValues: ['gold'] },
      'headerValues: are the values of no header: add header, or remove headerValues.',
    ],
    [{ header: 'x-tier', headerValues: ['a,b'] }, 'headerValues[0]: should be text in ASCII'],
    [{ precent: 5 }, 'there is no "precent" here; did you mean "percent"?'],
  ])('with %j is reported', (fields, words) => {
    expect(problemsOf(fields)).toEqual([expect.stringContaining(words)]);
  });

  test.each([
    'tier',
    'X-Tier',
    'x-',
    'cookie',
    'authorization',
    'x-api-key',
    'x-auth-token',
    'cf-ray',
    'x-a b',
    '',
  ])('cannot be for those with the header "%s"', (header) => {
    expect(problemsOf({ header })).toEqual([
      expect.stringMatching(/header: should be a header in lowercase/),
    ]);
  });

  test.each([
    'New',
    'a.b',
    'a b',
    'a--b',
    '',
    '9a',
    'constructor',
    'prototype',
    '__proto__',
    'x'.repeat(65),
    'x\u0007',
  ])('cannot be called %j, and nothing else is said of it', (name) => {
    const flags = JSON.parse(`{ ${JSON.stringify(name)}: { "percent": 200 } }`) as unknown;
    expect(saidOf(flags)).toEqual([expect.stringMatching(/^flags: should be a name of at most 64/)]);
  });
});

test('the table is an object, and has at most 100 flags', () => {
  expect(saidOf([])).toEqual(['flags: should be an object, but is a list.']);
  expect(saidOf('on')).toEqual(['flags: should be an object, but is "on".']);
  expect(saidOf({ a: null })).toEqual(['flags.a: should be an object, but is null.']);
  expect(saidOf({ a: [] })).toEqual(['flags.a: should be an object, but is a list.']);
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`flag-${n}`, {}]));
  expect(saidOf(many(100))).toEqual([]);
  expect(saidOf(many(101))).toEqual([expect.stringContaining('flags: should be at most 100 entries')]);
});

test('a flag that is named twice is reported with both its lines', () => {
  const text = '{\n"flags": {\n"a": { "on": true },\n"a": {}\n},\n"regions": []\n}';
  const result = parseConfig(text);
  expect(result.ok ? [] : result.problems.map(describeProblem)).toContainEqual(
    expect.stringMatching(/^flags: "a" is given twice, in line 3 and again in line 4/),
  );
});
