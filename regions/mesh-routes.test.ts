import { expect, test } from 'vitest';
import { defaultConfig } from '../test/support/data/checked-in.ts';
import { poolSizeOf, routesPerLink } from './mesh-routes.ts';

test.each([
  [{ poolSize: 1, systemRoute: false }, -1, 1],
  [{ poolSize: 1, systemRoute: true }, 1, 2],
  [{ poolSize: 3, systemRoute: false }, 3, 4],
  [{ poolSize: 5, systemRoute: true }, 5, 6],
])('%o is a pool of %i, and %i routes for a link', (setting, size, routes) => {
  const mesh = { ...defaultConfig().mesh, ...setting };
  expect(poolSizeOf(mesh)).toBe(size);
  expect(routesPerLink(mesh)).toBe(routes);
});
