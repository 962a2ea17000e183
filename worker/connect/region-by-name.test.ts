import { expect, test } from 'vitest';
import { regionByName } from './region-by-name.ts';

const DOMAINS = ['nats.example.com', 'example.org'];

test.each([
  ['weur.nats.example.com', 'weur'],
  ['apac-ne.example.org', 'apac-ne'],
  ['nats.example.com', undefined],
  ['.nats.example.com', undefined],
  ['weurnats.example.com', undefined],
  ['a.weur.nats.example.com', undefined],
  ['weur.nats.example.com.evil.test', undefined],
  ['127.0.0.1', undefined],
])('%s names %s', (hostname, region) => {
  expect(regionByName(hostname, DOMAINS)).toBe(region);
});

test('without domains no name is a pin', () => {
  expect(regionByName('weur.nats.example.com', [])).toBeUndefined();
});
