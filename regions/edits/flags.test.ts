import { expect, test } from 'vitest';
import { configOf, region } from '../../test/support/data/sample-config.ts';
import { describeProblem } from '../problems.ts';
import { describeChange } from './describe-change.ts';
import { diffConfigs } from './diff.ts';
import { applyAssignments } from './set.ts';

const CONFIG = configOf([region('weur')], { flags: { 'new-search': { on: true, percent: 5 } } });

function set(...assignments: string[]) {
  const result = applyAssignments(CONFIG, assignments);
  return result.ok
    ? diffConfigs(CONFIG, result.config).map((change) => `${describeChange(change)} (${change.kind})`)
    : result.problems.map(describeProblem);
}

test('a flag is made, changed and removed field by field, without a deploy', () => {
  expect(set('flags.new-search.percent=25')).toEqual(['flags.new-search.percent: 5 -> 25 (steers)']);
  expect(set('flags.new-search.percent=')).toEqual(['flags.new-search.percent: 5 -> not set (steers)']);
  expect(set('flags.new-search.countries=DE,FR')).toEqual([
    'flags.new-search.countries: not set -> DE,FR (steers)',
  ]);
  expect(set('flags.other.on=true', 'flags.other.percent=1')).toEqual([
    'flags.other: not set -> {"on":true,"percent":1} (steers)',
  ]);
  expect(set('flags.other={"on": true}')).toEqual(['flags.other: not set -> {"on":true} (steers)']);
  expect(set('flags.new-search=')).toEqual(['flags.new-search: {"on":true,"percent":5} -> not set (steers)']);
});

test('a flag that is made without saying so is off', () => {
  expect(set('flags.other.percent=50')).toEqual([
    'flags.other: not set -> {"on":false,"percent":50} (steers)',
  ]);
});

test.each([
  ['flags.new-search.percent=101', 'flags.new-search.percent: should be at most 100, but is 101.'],
  ['flags.new-search.percent=half', 'flags.new-search.percent: should be a number, but is "half".'],
  ['flags.new-search.on=yes', 'flags.new-search.on: should be true or false, but is "yes".'],
  ['flags.new-search.precent=5', 'flags.new-search: there is no "precent" here; did you mean "percent"?'],
  ['flags.new-search=on', 'flags.new-search: should be assigned field by field (flags.new-search.on, '],
  ['flags=on', 'flags: should be assigned field by field (flags.<name>.<field>)'],
  ['flags.New.on=true', 'flags: should be a name of at most 64'],
  ['flags.constructor.on=true', 'flags: should be a name of at most 64'],
  ['flags.__proto__.on=true', 'flags: should be a name of at most 64'],
])('%s is refused with words', (assignment, words) => {
  expect(set(assignment)).toEqual([expect.stringContaining(words)]);
});
