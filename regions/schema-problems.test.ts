import { expect, test } from 'vitest';
import { fileOf, region } from '../test/support/data/sample-config.ts';
import { HINTS } from './hints.ts';
import { INSTANCE_TYPES } from './instance-types.ts';
import type { Problem } from './problems.ts';
import { OPTIONAL_FILTERS } from './routing-schema.ts';
import { validateConfig } from './validate.ts';

function problemsOf(input: unknown): Problem[] {
  const result = validateConfig(input);
  return result.ok ? [] : result.problems;
}

const problemsWith = (more: Record<string, unknown>) => problemsOf(fileOf(region('weur', more)));

test.each([
  ['latitude', -90, -90.1],
  ['latitude', 90, 90.1],
  ['longitude', -180, -180.1],
  ['longitude', 180, 180.1],
  ['id', 'a'.repeat(32), 'a'.repeat(33)],
  ['name', 'a'.repeat(64), 'a'.repeat(65)],
  ['sleepAfter', '10s', '9s'],
  ['sleepAfter', '24h', '1441m'],
  ['sleepAfter', '10m', '10'],
])('%s may be %s, but not %s', (field, good, bad) => {
  expect(problemsWith({ [field]: good })).toEqual([]);
  expect(problemsWith({ [field]: bad })).toMatchObject([{ code: 'bad-value', path: `regions[0].${field}` }]);
});

test.each(['Weur', '1a', 'a_b', 'a--b', '-a', 'a-', ''])('"%s" is not an id', (id) => {
  expect(problemsWith({ id })).toMatchObject([{ code: 'bad-value', path: 'regions[0].id' }]);
});

test.each(['a\nb', ' a', '', 'a\u0007b', 'a\u202eb', '\u200b', 'a\u0085'])('%j is not a name', (name) => {
  expect(problemsWith({ name })).toMatchObject([{ code: 'bad-value', path: 'regions[0].name' }]);
});

test('each missing field without a default is reported', () => {
  expect(problemsOf(fileOf({})).map(({ code, path }) => `${code} ${path}`)).toEqual([
    'missing-field regions[0].id',
    'missing-field regions[0].latitude',
    'missing-field regions[0].longitude',
    'missing-field regions[0].hint',
    'missing-field regions[0].placement',
  ]);
});

test.each([null, 1, 'x', true])('%j is not a configuration', (input) => {
  expect(problemsOf(input)).toMatchObject([{ code: 'wrong-type', path: '', expected: 'an object' }]);
});

test('a list where an object should be is refused, though valibot would take it', () => {
  expect(problemsOf({ ...fileOf(region('weur')), mesh: [] })).toEqual([
    { code: 'wrong-type', path: 'mesh', expected: 'an object', received: 'a list' },
  ]);
});

test('an empty list of regions or placements is named as such', () => {
  expect(problemsOf(fileOf())).toEqual([{ code: 'empty-list', path: 'regions' }]);
  expect(problemsWith({ placement: [] })).toEqual([{ code: 'empty-list', path: 'regions[0].placement' }]);
});

test('all unknown keys of an object are reported, names from Object.prototype included', () => {
  const input = JSON.parse('{"a": 1, "__proto__": {}, "toString": 1}');
  expect(problemsOf({ ...fileOf(region('weur')), mesh: input })).toMatchObject([
    { code: 'unknown-key', path: 'mesh', key: 'a' },
    { code: 'unknown-key', path: 'mesh', key: '__proto__' },
    { code: 'unknown-key', path: 'mesh', key: 'toString' },
  ]);
});

test('an unknown placement is reported with its index and the nearest known one', () => {
  expect(problemsWith({ placement: ['WEUR', 'WEUT'] })).toMatchObject([
    { code: 'unknown-option', path: 'regions[0].placement[1]', received: 'WEUT', nearest: 'WEUR' },
  ]);
});

test('an instance type is one of the names', () => {
  expect(problemsWith({ instanceType: 'standard-4' })).toEqual([]);
  expect(problemsWith({ instanceType: 'standard-5' })).toMatchObject([
    { code: 'unknown-option', received: 'standard-5' },
  ]);
});

test('a custom instance type is checked field by field', () => {
  expect(problemsWith({ instanceType: { vcpu: 'x', memoryMib: 4096, disk: 1 } })).toMatchObject([
    { code: 'wrong-type', path: 'regions[0].instanceType.vcpu' },
    { code: 'missing-field', path: 'regions[0].instanceType.diskMb' },
    { code: 'unknown-key', path: 'regions[0].instanceType', key: 'disk', nearest: 'diskMb' },
  ]);
});

test.each([true, 7, null, []])('%j is not an instance type', (instanceType) => {
  expect(problemsWith({ instanceType })).toMatchObject([
    { code: 'wrong-type', path: 'regions[0].instanceType' },
  ]);
});

test.each([
  ['maxConnections', 1_000_000],
  ['softConnections', 1_000_000],
  ['maxUnauthenticatedPerAddress', 1_000_000],
  ['maxUnauthenticated', 1_000_000],
  ['maxPayloadBytes', 64 * 1024 * 1024],
  ['jetstreamMaxMemoryBytes', 12 * 1024 ** 3],
  ['jetstreamMaxStoreBytes', 20_000_000_000],
])('%s is at most %i', (limit, most) => {
  const limits = (value: number) =>
    problemsWith({ limits: { maxConnections: 1_000_000, [limit]: value } }).filter(
      ({ code }) => code === 'bad-value',
    );
  expect(limits(most)).toEqual([]);
  for (const tooMuch of [most + 1, 1e21, Number.MAX_VALUE])
    expect(limits(tooMuch)).toMatchObject([{ path: `regions[0].limits.${limit}` }]);
});

test('what may stand in a list is told for that list', () => {
  const [problem] = problemsWith({ off: ['bnad'] });
  expect(problem).toMatchObject({ code: 'unknown-option', nearest: 'band', options: OPTIONAL_FILTERS });
  expect(problemsOf({ ...fileOf(region('weur')), routing: { off: ['x'] } })).toMatchObject([
    { path: 'routing.off[0]', options: OPTIONAL_FILTERS },
  ]);
  expect(problemsWith({ instanceType: 'large' })).toMatchObject([{ options: INSTANCE_TYPES }]);
  expect(problemsWith({ hint: 'x' })).toMatchObject([{ options: HINTS }]);
});

test('limits are whole numbers', () => {
  expect(problemsWith({ limits: { maxConnections: 1.5 } })).toMatchObject([
    { code: 'bad-value', path: 'regions[0].limits.maxConnections', expected: 'a whole number' },
  ]);
});
