// Metrics that are pushed, as a real Prometheus takes them, where one is installed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import which from 'which';
import { freePort, LOOPBACK } from '../../local/listen.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { batchOf } from '../../worker/metrics/batch.ts';
import { distinct } from '../../worker/metrics/exposition.ts';
import { DEFAULT_MAX_SERIES, samplesIn } from '../../worker/metrics/render.ts';
import { Sink } from '../../worker/metrics/sink.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { snapshotOf, stream, up } from '../support/data/sample-snapshot.ts';

const path = await which('prometheus', { nothrow: true });
if (path === null) console.warn('SKIPPED: remote write is not tried with a real Prometheus: none is on PATH');

test.runIf(path !== null)('Prometheus has each series that is written to it, with its value', async () => {
  const folder = await temporaryFolder();
  const config = join(folder, 'prometheus.yml');
  await writeFile(config, '{}');
  const address = `${LOOPBACK}:${await freePort()}`;
  const options = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`];
  const flags = [`--web.listen-address=${address}`, '--web.enable-remote-write-receiver'];
  const prometheus = spawn(path ?? '', [...options, ...flags], { stdio: 'ignore' });
  const ended = once(prometheus, 'exit');
  try {
    await waitFor('Prometheus', { timeoutMs: 30_000, pollMs: 100 }, async () => {
      const response = await fetch(`http://${address}/-/ready`).catch(() => undefined);
      return response?.ok === true;
    });
    const snapshot = { ...snapshotOf(up([stream('Käse "x"\n'), stream('ORDERS')])), at: Date.now() };
    const samples = distinct(samplesIn(snapshot, { dialect: 'helm', maxSeries: DEFAULT_MAX_SERIES }));
    const url = `http://${address}/api/v1/write`;
    const sink = new Sink(
      { type: 'prometheus-remote-write', url, every: '10s' },
      { fetch, now: Date.now, random: Math.random, secretOf: () => undefined },
    );
    sink.put(batchOf('prometheus-remote-write', samples, snapshot));
    await sink.flush();
    expect(sink.status).toMatchObject({ sent: samples.length, queued: 0, retries: 0 });
    const query = encodeURIComponent('{job="meridian",instance="meridian"}');
    const answer = await fetch(`http://${address}/api/v1/query?query=${query}`);
    const { data } = (await answer.json()) as { data: { result: readonly Series[] } };
    const seriesOf = ({ __name__, job: _job, instance: _instance, ...labels }: Record<string, string>) =>
      JSON.stringify([__name__, Object.entries(labels).sort()]);
    const stored = data.result.map(({ metric, value }) => `${seriesOf(metric)} ${Number(value[1])}`);
    const written = samples.map(({ family, suffix = '', labels, value }) => {
      const known = Object.entries(labels).filter(([, text]) => text !== '');
      return `${seriesOf({ __name__: family.name + suffix, ...Object.fromEntries(known) })} ${value}`;
    });
    expect(stored.sort()).toEqual(written.sort());
    expect(stored.join()).toContain('Käse');
  } finally {
    prometheus.kill('SIGTERM');
    await ended;
  }
});

interface Series {
  readonly metric: Record<string, string>;
  readonly value: readonly [number, string];
}
