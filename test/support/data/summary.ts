// A summary of made-up samples, for tests.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aggregator } from '../../../loadtest/report/aggregate.ts';
import { buildSummary, type CityPlace, type RunFacts } from '../../../loadtest/report/build-summary.ts';
import type { Ending } from '../../../loadtest/report/ending.ts';
import type { Summary } from '../../../loadtest/report/summary.ts';
import { type Judged, type Written, writeSamples } from './sample-file.ts';

/** A run that ended as it should. */
export const FINISHED: Ending = {
  kind: 'finished',
  plannedMs: null,
  ranMs: 10_000,
  interruptedIterations: 0,
  generatorCpuShare: null,
};

const FACTS: RunFacts = {
  script: 'routing',
  question: 'Does everybody land where they should?',
  profile: 'smoke',
  site: null,
  startedAt: '2026-01-02T03:04:05.000Z',
  url: 'http://127.0.0.1:8787',
  local: true,
  wan: false,
  regions: [
    { id: 'weur', name: 'Western Europe', latitude: 46.6, longitude: 2.6 },
    { id: 'oc', name: 'Oceania', latitude: -33.9, longitude: 148.1 },
  ],
  versions: { meridian: '0.1.0', k6: '2.2.0', natsServer: '2.15.1', node: '24.0.0' },
  machine: { cpu: 'a CPU', cores: 2, memoryBytes: 8 * 1024 ** 3, os: 'Linux' },
  ending: FINISHED,
  k6ExitCode: 0,
  thresholds: [],
  merged: [],
  notes: [],
};

export const PLACES: readonly CityPlace[] = [
  { name: 'Paris', latitude: 48.86, longitude: 2.35 },
  { name: 'Sydney', latitude: -33.87, longitude: 151.21 },
];

export async function summaryOfSamples(
  samples: readonly Written[],
  facts: Partial<RunFacts> = {},
  judged: Judged = (facts.thresholds ?? []).map(({ metric }) => metric),
): Promise<Summary> {
  const folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
  try {
    const file = join(folder, 'samples.json.gz');
    await writeSamples(file, samples, judged);
    const aggregator = new Aggregator();
    await aggregator.addFile(file, facts.site ?? null);
    return buildSummary({ ...FACTS, ...facts }, aggregator.result(), PLACES);
  } finally {
    await rm(folder, { recursive: true });
  }
}
