import { expect, test } from 'vitest';
import { checkShared, parseRunner, parseRunners, segmentArguments } from './segments.ts';

test('each of three has a third, and all name the same sequence', () => {
  const sequence = ['--execution-segment-sequence', '0,1/3,2/3,1'];
  expect([1, 2, 3].map((number) => segmentArguments({ number, of: 3 }))).toEqual([
    ['--execution-segment', '0:1/3', ...sequence],
    ['--execution-segment', '1/3:2/3', ...sequence],
    ['--execution-segment', '2/3:1', ...sequence],
  ]);
});

test('a script that says that it is for one k6 is not shared, and why is said', () => {
  expect(() => checkShared('edits', 'var ONE_RUNNER = true;')).toThrow(
    /^edits is for one k6: it disturbs .* again\./,
  );
  expect(checkShared('latency', 'var options = {};')).toBeUndefined();
});

test('one alone has no segment', () => {
  expect(segmentArguments(parseRunner('1/1'))).toEqual([]);
});

test.each(['0/3', '4/3', '1', '1/', 'a/b', '-1/2', '1/0', '1/2/3', ' 1/2'])('%j is no runner', (text) => {
  expect(() => parseRunner(text)).toThrow(`such as 2/3, and was given "${text}"`);
});

test.each(['0', '-1', '1.5', 'three', '', '99999'])('%j is no number of runners', (text) => {
  expect(() => parseRunners(text)).toThrow('--runners takes a number');
});
