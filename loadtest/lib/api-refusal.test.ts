import { expect, test } from 'vitest';
import { apiRefusal } from './api-refusal.js';

const body = (message: string) => JSON.stringify({ error: { code: 'some_code', message } });

test('a token that is refused in the middle of a run has expired or was changed', () => {
  expect(apiRefusal('drain oc', { status: 401, body: body('a token is needed') })).toBe(
    'drain oc was answered with 401: a token is needed (has the token of the admin API expired, or was it changed?)',
  );
});

test.each([
  ['its own words', { status: 409, body: body('somebody else') }, 'was answered with 409: somebody else'],
  ['a page of something else', { status: 502, body: '<html>' }, 'was answered with 502: <html>'],
  ['nothing', { status: 500, body: '' }, 'was answered with 500'],
  ['no answer', { status: 0, error: 'request timeout', body: null }, 'was not answered: request timeout'],
])('with %s', (_what, answer, text) => {
  expect(apiRefusal('drain oc', answer)).toBe(`drain oc ${text}`);
});
