import { expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { summaryOfSamples } from '../../test/support/data/summary.ts';
import { answerOf } from './answer.ts';
import { landedRows, newcomerRows } from './crowd-rows.ts';

function back(value: number, region: string, peer: string): Written {
  return { metric: 'nats_outage', at: 5_000, value, tags: { region, peer, kind: 'kill' } };
}

function came(value: number, kind: string): Written {
  return { metric: 'nats_newcomer', at: 5_000, value, tags: { region: 'weur', kind } };
}

const SAMPLES = [
  back(90, 'oc', 'oc'),
  back(400, 'oc', 'weur'),
  back(600, 'oc', 'weur'),
  came(700, 'home'),
  came(20, 'after'),
  came(40, 'meanwhile'),
  came(80, 'meanwhile'),
  came(10, 'before'),
  { metric: 'nats_home', at: 5_000, value: 4_200, tags: { region: 'oc' } },
];

test('where clients landed: those of most clients first', async () => {
  expect(landedRows(await summaryOfSamples(SAMPLES))?.slice(1)).toEqual([
    ['oc to weur', '2', '500 ms', '590 ms', '598 ms', '600 ms'],
    ['oc and back to it', '1', '90.0 ms', '90.0 ms', '90.0 ms', '90.0 ms'],
  ]);
});

test('new clients are told in the order of what happened', async () => {
  const rows = newcomerRows(await summaryOfSamples(SAMPLES));
  expect(rows?.slice(1).map(([what, count]) => `${what}: ${count}`)).toEqual([
    'before: 1',
    'while the others came: 2',
    'after that: 1',
    'from the cities of the lost region: 1',
  ]);
});

test('the answer is about the crowd, the way home, and who came meanwhile', async () => {
  expect(answerOf(await summaryOfSamples(SAMPLES, { script: 'reconnect' }))).toBe(
    'Clients that lost their connection were without service for 400 ms at p50, 596 ms at p99 and 600 ms at most (2 from oc to weur 500 ms at p50, 1 back to oc 90.0 ms at p50); new clients of its cities landed there again after 4200 ms; new clients of other regions waited 60.0 ms at p50 and 80.0 ms at most meanwhile.',
  );
});

test('without outages and new clients there are no tables', async () => {
  const summary = await summaryOfSamples([{ metric: 'nats_ping', at: 0, value: 1 }]);
  expect([landedRows(summary), newcomerRows(summary)]).toEqual([undefined, undefined]);
});
