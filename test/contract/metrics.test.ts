// Metrics: what a real Prometheus gets from `/metrics`, and that the figures are the servers' own. Where Prometheus is not
// installed, what it makes of them is left out, and a line says so.

import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { nuid } from '@nats-io/nats-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Traffic } from '../../api/metrics.ts';
import { PATHS } from '../../api/paths.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import type { Client } from '../support/client.ts';
import {
  EXPORTER_EXPRESSIONS,
  STOCK_EXPRESSIONS,
  STOCK_VARIABLES,
} from '../support/data/stock-dashboards.ts';
import { readMonitor } from '../support/monitor.ts';
import { Prometheus } from '../support/prometheus.ts';
import { jetStreamIsReady, publishFirst } from '../support/streams.ts';
import {
  clientIn,
  describeLocally,
  JETSTREAM_REGIONS,
  monitorUrl,
  placeIn,
  STREAM_REPLICAS,
  someRegion,
  target,
} from '../support/target.ts';

/** Prometheus computes rates from two scrapes on. */
const SCRAPED_WITHIN_MS = 30_000;

/** Names that break everything that does not escape them. */
const STREAM = `meridian-"test"-${nuid.next()}`;
const DESCRIPTION = 'reads "orders"\nof C:\\new';

const program = await Prometheus.find();
if (program === undefined)
  console.warn(
    'SKIPPED: the expressions of other dashboards are not tried, since no prometheus is on PATH (Debian has a package of that name)',
  );

/** Names of others that promtool would have otherwise. */
const OTHERS_NAMES = /^(?:nats|gnatsd|jetstream)_/;

/** Of JetStream, so that it always runs. */
const HERE = JETSTREAM_REGIONS.at(-1) ?? '';
const THERE = someRegion(2);

const tests = () => {
  const headers = { authorization: `Bearer ${target.adminToken}` };
  const get = (query = '', more: Readonly<Record<string, string>> = {}) =>
    fetch(`${target.url}${PATHS.metrics}${query}`, { headers: { ...headers, ...more } });
  const clients: Client[] = [];
  const countryHere = () => placeIn(HERE).country || 'XX';

  beforeAll(async () => {
    const client = await clientIn(HERE);
    clients.push(client, await clientIn(THERE));
    await jetStreamIsReady(client.nats);
    const manager = await jetstreamManager(client.nats);
    await manager.streams.add({ name: STREAM, subjects: [STREAM], num_replicas: STREAM_REPLICAS });
    await manager.consumers.add(STREAM, {
      durable_name: 'durable',
      description: DESCRIPTION,
      ack_policy: 'explicit',
    });
    await manager.consumers.add(STREAM, {
      name: 'passing',
      ack_policy: 'explicit',
      inactive_threshold: 120e9,
    });
    for (let number = 0; number < 5; number += 1) await publishFirst(client.nats, STREAM, String(number));
    const { value } = await jetstream(client.nats)
      .consumers.get(STREAM, 'durable')
      .then(async (consumer) => (await consumer.fetch({ max_messages: 1 }))[Symbol.asyncIterator]().next());
    value?.ack();
  });

  afterAll(async () => {
    const [client] = clients;
    if (client !== undefined) await (await jetstreamManager(client.nats)).streams.delete(STREAM);
    for (const each of clients) await each.close();
  });

  test('are for those with a token only, and in the format that is asked for', async () => {
    expect((await fetch(target.url + PATHS.metrics)).status).toBe(401);
    const plain = await get();
    expect(plain.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const open = await get('', { accept: 'application/openmetrics-text; version=1.0.0' });
    expect(open.headers.get('content-type')).toContain('application/openmetrics-text; version=1.0.0');
    expect((await open.text()).endsWith('\n# EOF\n')).toBe(true);
    expect((await get('?dialect=other')).status).toBe(400);
    expect((await get('?series=0')).status).toBe(400);
  });

  test("are the servers' own figures", async () => {
    const names = [
      'connections',
      'max_payload',
      'subscriptions',
      'total_connections',
      'in_msgs',
      'out_bytes',
    ];
    const own = async () => {
      const varz = await readMonitor(monitorUrl(HERE), 'varz');
      return names.map((name) => (varz as unknown as Readonly<Record<string, number>>)[name]);
    };
    let text = '';
    // Meridian's own connections come and go: a moment is looked for at which nothing changes.
    await waitFor('the same figures', { timeoutMs: 30_000 }, async () => {
      const before = await own();
      text = await (await get()).text();
      const shown = names.map((name) =>
        Number(text.match(new RegExp(`^nats_varz_${name}\\{server_id="nats-${HERE}"\\} (.*)$`, 'm'))?.[1]),
      );
      return before.join() === shown.join() && before.join() === (await own()).join();
    });
    const ofStream = [...text.matchAll(/^nats_stream_total_messages\{(.*)\} (\d+)$/gm)].filter(([, labels]) =>
      labels?.includes(`stream_name=${JSON.stringify(STREAM)}`),
    );
    expect(ofStream.map(([, , messages]) => messages)).toEqual(
      Array.from({ length: STREAM_REPLICAS }, () => '5'),
    );
  });

  test('have consumers that are not durable only if they are asked for', async () => {
    const consumersIn = async (query: string) => {
      const names = (await (await get(query)).text()).matchAll(
        /^nats_consumer_num_pending\{.*consumer_name="(durable|passing)"/gm,
      );
      return [...new Set([...names].map(([, name]) => name))].sort();
    };
    expect(await consumersIn('')).toEqual(['durable']);
    expect(await consumersIn('?ephemeral=true')).toEqual(['durable', 'passing']);
  });

  test('tell where clients came from', async () => {
    await waitFor('the visits to be told', { timeoutMs: 20_000 }, async () => {
      const response = await fetch(`${target.url}${PATHS.traffic}?by=country,region`, { headers });
      const { rows } = (await response.json()) as Traffic;
      const known = rows.find(({ country, region }) => country === countryHere() && region === HERE);
      return (known?.connects ?? 0) > 0 && rows.some(({ region }) => region === THERE);
    });
    await waitFor('them in the metrics', { timeoutMs: 10_000 }, async () => {
      const text = await (await get()).text();
      return (
        new RegExp(`^meridian_connects_total\\{region="${HERE}".*\\} [1-9]`, 'm').test(text) &&
        new RegExp(
          `^meridian_connects_by_country_total\\{region="${HERE}",country="${countryHere()}"\\} [1-9]`,
          'm',
        ).test(text)
      );
    });
  });

  test.runIf(program !== undefined)(
    'have nothing that promtool would have otherwise, but for names that are those of others',
    async () => {
      const promtool = join(dirname(program ?? ''), 'promtool');
      for (const query of ['', '?dialect=exporter']) {
        const text = await (await get(query)).text();
        const run = promisify(execFile)(promtool, ['check', 'metrics']);
        run.child.stdin?.end(text);
        const { stderr } = await run.catch((error: { stderr: string }) => error);
        const problems = stderr.split('\n').filter((line) => line !== '' && !OTHERS_NAMES.test(line));
        expect(problems).toEqual([]);
      }
    },
  );

  test.runIf(program !== undefined)(
    'give something for every expression of the dashboards of the exporter and the surveyor',
    async () => {
      const { host } = new URL(target.url);
      const job = (name: string, params: object) => ({
        job_name: name,
        metrics_path: PATHS.metrics,
        params,
        authorization: { credentials: target.adminToken },
        static_configs: [{ targets: [host] }],
      });
      await using prometheus = await Prometheus.start(program ?? '', {
        global: { scrape_interval: '2s', scrape_timeout: '2s' },
        scrape_configs: [
          job('meridian', {}),
          {
            ...job('exporter', { dialect: ['exporter'] }),
            metric_relabel_configs: [
              { source_labels: ['__name__'], regex: '(gnatsd|jetstream)_.*', action: 'keep' },
            ],
          },
        ],
      });
      await waitFor('three scrapes of both', { timeoutMs: SCRAPED_WITHIN_MS }, async () => {
        const counts = await prometheus.now('count_over_time(up[1m])');
        return counts.length === 2 && counts.every(({ values: [count = 0] }) => count >= 4);
      });
      expect((await prometheus.now('up')).map(({ values }) => values)).toEqual([[1], [1]]);
      const empty: string[] = [];
      for (const expression of [...Object.values(STOCK_EXPRESSIONS).flat(), ...EXPORTER_EXPRESSIONS])
        if ((await prometheus.now(expression)).length === 0) empty.push(expression);
      expect(empty).toEqual([]);
      for (const [label, metric] of STOCK_VARIABLES)
        expect([label, (await prometheus.labelValues(label, metric)).length]).not.toContain(0);
      expect(await prometheus.labelValues('stream_name', 'nats_stream_last_seq')).toContain(STREAM);
      expect(await prometheus.labelValues('consumer_desc', 'nats_consumer_num_pending')).toContain(
        DESCRIPTION,
      );
      // What is none of theirs gives nothing, so the test can fail.
      expect(await prometheus.now('nats_core_no_such_thing')).toEqual([]);
    },
  );
};

if (STREAM_REPLICAS > 0) describeLocally('needs an admin token', 'metrics', tests);
else
  describe.skip(
    'metrics, which these tests hold against those of a stream: no region takes part in JetStream',
    tests,
  );
