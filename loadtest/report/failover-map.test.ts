import { expect, test } from 'vitest';
import type { Written } from '../../test/support/data/sample-file.ts';
import { summaryOfSamples } from '../../test/support/data/summary.ts';
import { drawFailoverMap } from './failover-map.ts';

function back(value: number, region: string, peer: string): Written {
  return { metric: 'nats_outage', at: 10_000, value, tags: { region, peer, kind: 'kill' } };
}

test('it says from where to where, how many, and how long, with an arrow in the colour of the lost region', async () => {
  const summary = await summaryOfSamples([
    back(400, 'weur', 'oc'),
    back(600, 'weur', 'oc'),
    back(90, 'oc', 'oc'),
  ]);
  const svg = drawFailoverMap(summary)?.svg ?? '';
  expect(svg).toContain('weur to oc: 2 clients, 500 ms at p50, 600 ms at most');
  expect(svg).toContain('oc and back to it: 1 client, 90.0 ms at p50, 90.0 ms at most');
  expect(svg).toMatch(/<path class="move" style="stroke:#009e73;stroke-width:7\.0"/);
  expect(svg).toMatch(/<circle class="move" style="stroke:#d55e00;stroke-width:4\.5"/);
});

test('clients that never came back, and regions of unknown places, have no arrow', async () => {
  const gone: Written = {
    metric: 'nats_outage',
    at: 10_000,
    value: 9_000,
    tags: { region: 'weur', kind: 'gone' },
  };
  expect(drawFailoverMap(await summaryOfSamples([gone]))).toBeUndefined();
  const svg = drawFailoverMap(await summaryOfSamples([back(400, 'weur', 'mars')]))?.svg ?? '';
  expect(svg).not.toContain('class="move"');
  expect(svg).toContain('weur to mars: 1 client');
});

test('without outages there is no map', async () => {
  expect(drawFailoverMap(await summaryOfSamples([{ metric: 'nats_ping', at: 0, value: 1 }]))).toBeUndefined();
});
