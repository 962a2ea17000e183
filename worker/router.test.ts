import { expect, test } from 'vitest';
import { ENDPOINTS } from '../api/endpoints.ts';
import { PUBLIC_PATHS } from '../api/paths.ts';
import { router } from './router.ts';

test('every endpoint of the contract has a route, and every route is in the contract', () => {
  const asRoutes = ENDPOINTS.map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
  // itty-router takes the slash from the end of a path.
  const routes = router.routes.map(
    ([method, , , path]) => `${method} ${path?.replace(/^\*(?=.)/, '') || '/'}`,
  );
  const ofThePage = 'GET /assets/:name';
  expect(routes.toSorted()).toEqual([...asRoutes, ofThePage, 'ALL *'].toSorted());
});

test('what anyone may read is what pages may read', () => {
  const readable = ENDPOINTS.filter(
    ({ caller, method, answer }) =>
      caller === 'anyone' && method === 'GET' && answer.kind !== 'upgrade' && answer.kind !== 'live',
  );
  expect(PUBLIC_PATHS.toSorted()).toEqual(readable.map(({ path }) => path).toSorted());
});
