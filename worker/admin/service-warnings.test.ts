import { expect, test } from 'vitest';
import { configOf, region } from '../../test/support/data/sample-config.ts';
import { serviceWarnings } from './service-warnings.ts';

const config = configOf([region('weur')]);
const unserved = (...countries: readonly string[]) =>
  countries.map((country) => ({ country, share: 0.02, isNew: true }));

test('nothing is said while everybody is served, or by nobody already', () => {
  expect(serviceWarnings(config, { unserved: [] })).toEqual([]);
  expect(serviceWarnings(config, { unserved: [{ country: 'AU', share: 0.1, isNew: false }] })).toEqual([]);
});

test('countries that would lose every region are named, with the share of their clients', () => {
  expect(serviceWarnings(config, { unserved: unserved('AU', 'NZ') })).toEqual([
    {
      path: 'regions',
      code: 'unserved',
      message: 'nobody would serve clients from AU, NZ, who are 4.0% of all and are served now',
    },
  ]);
  const many = Array.from({ length: 12 }, (_, index) => `A${String.fromCharCode(65 + index)}`);
  expect(serviceWarnings(config, { unserved: unserved(...many) })[0]?.message).toContain(
    'AJ and 2 more, who',
  );
});

test('when nobody at all would be served, that is the only thing said', () => {
  const none = configOf([region('weur', { dial: 0 })]);
  expect(serviceWarnings(none, { unserved: unserved('AU') })).toMatchObject([{ code: 'last_region' }]);
});
