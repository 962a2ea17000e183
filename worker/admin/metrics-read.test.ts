import { expect, test } from 'vitest';
import { edgeOf } from '../../test/support/workerd/edge-context.ts';
import { metrics, metricsHistory, traffic } from './metrics-read.ts';

const edgeWithCollector = () => {
  const { edge } = edgeOf();
  const wanted: unknown[] = [];
  const snapshot = async (what: unknown) => {
    wanted.push(what);
    return { at: 0, cluster: 'c', version: 0, regions: [], surveys: { count: 0, seconds: 0 } };
  };
  const collector = { snapshot, history: async () => [], traffic: async () => [] };
  Object.assign(edge.env, { METRICS: { getByName: () => collector } });
  return { edge, wanted };
};

test.each([
  ['dialect=statsd', metrics, 'dialect is one of helm, exporter'],
  ['series=0', metrics, 'series is a whole number'],
  ['ephemeral=yes', metrics, 'ephemeral is true or false'],
  ['minutes=1441', metricsHistory, 'minutes is a whole number from 1 to 1440'],
  ['by=city', traffic, 'by is any of hour, country, colo, region'],
  ['by=colo,colo', traffic, 'each once'],
])('a query that cannot be answered is refused, with what may be asked: ?%s', async (query, read, said) => {
  const { edge } = edgeWithCollector();
  const answer = await read(new Request(`https://edge/?${query}`), edge);
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain(said);
});

test.each([
  ['', false],
  ['ephemeral=false', false],
  ['ephemeral=true&dialect=exporter&series=1', true],
])('a query of metrics asks the collector for what it says: ?%s', async (query, ephemeral) => {
  const { edge, wanted } = edgeWithCollector();
  expect((await metrics(new Request(`https://edge/?${query}`), edge)).status).toBe(200);
  expect(wanted).toEqual([{ details: true, ephemeral }]);
});
