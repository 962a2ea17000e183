import { expect, test } from 'vitest';
import { configOf, region } from '../../test/support/data/sample-config.ts';
import { generateInfrastructure, hostnamesOf } from './infrastructure.ts';

const WRANGLER = `name = "edge"
routes = [{ pattern = "api.example.com/*", zone_name = "example.com" }]
[[r2_buckets]]
binding = "BACKUPS"
bucket_name = "edge-backups"
`;
const domains = (...pinDomains: string[]) => {
  const config = configOf([region('weur'), region('oc', { enabled: false })]);
  return { ...config, routing: { ...config.routing, pinDomains } };
};

test('each region, the doors and the domains themselves have a name', () => {
  expect(hostnamesOf(domains('nats.example.com'))).toEqual([
    'nats.example.com',
    'weur.nats.example.com',
    'oc.nats.example.com',
    'leaf.nats.example.com',
    'mqtt.nats.example.com',
  ]);
  expect(hostnamesOf(domains())).toEqual([]);
});

test('Worker and bucket are those of wrangler.toml, regions and domains those of regions.json', () => {
  expect(JSON.parse(generateInfrastructure(WRANGLER, domains('nats.example.com'))).locals).toEqual({
    worker: 'edge',
    backups_bucket: 'edge-backups',
    domains: ['nats.example.com'],
    regions: ['weur', 'oc'],
    doors: ['leaf', 'mqtt'],
  });
});

test('a region is not called as a door is', () => {
  const config = configOf([region('weur'), region('mqtt', { hint: 'oc' })]);
  expect(() => generateInfrastructure(WRANGLER, config)).toThrow(/The region mqtt .* Give it another id/);
});

test('a domain has one owner, and a route that is none is no matter', () => {
  const twice = WRANGLER.replace('zone_name = "example.com"', 'custom_domain = true');
  expect(() => generateInfrastructure(twice, domains('nats.example.com'))).toThrow(/both wrangler and infra/);
  expect(() => generateInfrastructure(twice, domains())).not.toThrow();
});

test('a bucket of no name is refused', () => {
  expect(() => generateInfrastructure('name = "edge"', domains())).toThrow(/no bucket_name .* BACKUPS/);
});
