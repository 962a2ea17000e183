import { expect, test } from 'vitest';
import { errorResponse } from './error-response.ts';

test('an error is JSON with a code and a message', async () => {
  const response = errorResponse('not_found', 'nothing at GET /x');
  expect(response.status).toBe(404);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await response.json()).toEqual({ error: { code: 'not_found', message: 'nothing at GET /x' } });
});

test('its details stand beside them', async () => {
  const response = errorResponse('no_region', 'none', { details: { notes: ['weur'] } });
  expect(await response.json()).toEqual({ error: { code: 'no_region', message: 'none', notes: ['weur'] } });
});

test('it carries the headers that it is given', () => {
  const response = errorResponse('no_region', 'none', { headers: { 'retry-after': '2' } });
  expect(response.headers.get('retry-after')).toBe('2');
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
});
