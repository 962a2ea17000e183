import { expect, test } from 'vitest';
import { mayBeOfTheClient, whyNoAnswer, whyNoUpgrade } from './external-error.ts';

test.each([
  [200, 'a web server'],
  [301, 'redirects, which is not followed'],
  [308, 'redirects, which is not followed'],
  [400, 'speaks HTTP'],
  [401, 'secret'],
  [403, 'allowed_origins'],
  [404, 'at this path'],
  [429, 'no more connections'],
  [500, 'it answered 500 in place of 101'],
  [521, 'nothing takes connections'],
  [525, 'no TLS'],
  [526, 'certificate'],
  [530, 'DNS'],
])('a %i is told in words', (status, words) => {
  expect(whyNoUpgrade(status)).toContain(words);
});

test.each([
  [399, false],
  [400, true],
  [403, true],
  [431, true],
  [499, true],
  [500, false],
])('whether a %i may be for what a client sent: %s', (status, isSo) => {
  expect(mayBeOfTheClient(status)).toBe(isSo);
});

test('a connection that is refused is told from one without TLS or with a bad certificate', () => {
  expect(whyNoAnswer(new Error('Network connection lost.'), true)).toContain('nothing takes connections');
  expect(whyNoAnswer(new Error('internal error; reference = abc'), true)).toContain('certificate');
  expect(whyNoAnswer(new Error('internal error; reference = abc'), false)).toContain('nothing takes');
});
