import { expect, test } from 'vitest';
import type { Foreseen } from '../../api/forecast-facts.ts';
import { edgeOf } from '../../test/support/workerd/edge-context.ts';
import type { Traffic } from '../forecast/traffic.ts';
import { foresee } from './foresee.ts';

const TRAFFIC: Traffic = {
  source: 'traffic',
  samples: [{ colo: 'CDG', country: 'FR', latitude: 49, longitude: 2, clients: 40 }],
};

function edgeWithCollector() {
  const { edge } = edgeOf();
  const told: Foreseen[] = [];
  const collector = { foreseen: async (each: Foreseen) => void told.push(each) };
  Object.assign(edge.env, { METRICS: { getByName: () => collector } });
  return { edge, told };
}

const drained = ({ config }: ReturnType<typeof edgeOf>['edge']) => ({
  ...config,
  regions: config.regions.map((region) => ({ ...region, drain: region.id === 'weur' })),
});

const calls = { traffic: async () => TRAFFIC, at: 1_000 };

test('the collector is told what an edit is to do, of the clients that are served', async () => {
  const { edge, told } = edgeWithCollector();
  await foresee(edge, { version: 3, config: drained(edge) }, calls);
  expect(told).toMatchObject([{ version: 3, at: 1_000, source: 'traffic', movedShare: 1 }]);
  const regions = told[0]?.regions ?? [];
  expect(regions.find(({ region }) => region === 'weur')).toEqual({ region: 'weur', before: 1, after: 0 });
  expect(regions.reduce((all, { after }) => all + after, 0)).toBeCloseTo(1);
});

test('an edit that changes nothing is not told, and traffic is not asked for', async () => {
  const { edge, told } = edgeWithCollector();
  const traffic = () => Promise.reject(new Error('asked'));
  await foresee(edge, { version: 3, config: edge.config }, { ...calls, traffic });
  expect(told).toEqual([]);
});

test('without a collector nothing is asked for', async () => {
  const { edge } = edgeOf();
  const traffic = () => Promise.reject(new Error('asked'));
  await expect(
    foresee(edge, { version: 3, config: drained(edge) }, { ...calls, traffic }),
  ).resolves.toBeUndefined();
});
