import { expect, test } from 'vitest';
import { bindingNameOf, classNameOf, instanceNameOf } from './names.ts';

test('every word of an id appears in its names', () => {
  expect(classNameOf('apac-ne')).toBe('NatsApacNe');
  expect(bindingNameOf('apac-ne-2')).toBe('REGION_APAC_NE_2');
  expect(instanceNameOf('apac-ne')).toBe('nats-apac-ne');
});

test('an id of one word has simple names', () => {
  expect([classNameOf('weur'), bindingNameOf('weur'), instanceNameOf('weur')]).toEqual([
    'NatsWeur',
    'REGION_WEUR',
    'nats-weur',
  ]);
});
