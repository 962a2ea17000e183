// The dashboard of Grafana, of real runs that wrote to a real Prometheus: each of its queries gives something. Where
// Prometheus is not installed these tests are skipped, and say so.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ensureK6 } from '../../local/binaries/k6.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { configOf } from '../support/data/checked-in.ts';
import { FaultyEdge } from '../support/faulty-edge.ts';
import { useStack } from '../support/file-stack.ts';
import { LoadtestProcess } from '../support/loadtest-process.ts';
import { Prometheus } from '../support/prometheus.ts';

const REGIONS = ['weur', 'oc'] as const;

const RUNS_TIMEOUT_MS = 18 * 60_000;
const BEGUN_WITHIN_MS = 40_000;
const THRESHOLD_CROSSED = 99;

/** Grafana's variables, as it fills them in for all of each. */
const FILLED: Readonly<Record<string, string>> = {
  scenario: '.*',
  region: '.*',
  runner: '.*',
  __rate_interval: '1m',
  __range: '15m',
};

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[];
  };
}

const dashboard = JSON.parse(
  await readFile(fileURLToPath(new URL('../../loadtest/grafana/run.json', import.meta.url)), 'utf8'),
) as Dashboard;

const program = await Prometheus.find();
if (program === undefined)
  console.warn(
    'SKIPPED: the queries of the Grafana dashboard are not tried, since no prometheus is on PATH (Debian has a package of that name)',
  );

const running = useStack(configOf(REGIONS));
let prometheus: Prometheus | undefined;
let span = { fromMs: 0, toMs: 0 };

/** A run whose clients lose their connections and come back, and one with PINGs. */
beforeAll(async () => {
  if (program === undefined) return;
  const { path: k6 } = await ensureK6({ log: console.error });
  prometheus = await Prometheus.start(program);
  vi.stubEnv('K6_PROMETHEUS_RW_SERVER_URL', `${prometheus.url}/api/v1/write`);
  vi.stubEnv('K6_PROMETHEUS_RW_TREND_STATS', 'p(50),p(95),p(99),max');
  const fromMs = Date.now();
  const args = ['--k6', k6, '--out', 'experimental-prometheus-rw', '--regions', REGIONS.join(',')];
  const { url } = running.stack;
  {
    await using edge = await FaultyEdge.before(url);
    await using run = await LoadtestProcess.start(
      ...['latency', '--url', edge.url, ...args],
      ...['-e', 'DURATION=12s', '-e', 'RECONNECT_WAIT_MS=200'],
    );
    await run.line(/^running .*[1-9]\d* complete|^running \(0*3/);
    const before = edge.refused;
    edge.upgrades = { status: 503 };
    edge.cut();
    await waitFor('clients to be refused', { timeoutMs: BEGUN_WITHIN_MS }, () => edge.refused > before + 40);
    edge.upgrades = 'pass';
    expect(await run.exited, run.output).toBe(THRESHOLD_CROSSED);
  }
  await using run = await LoadtestProcess.start('soak', '--url', url, ...args, '-e', 'DURATION=12s');
  expect([0, THRESHOLD_CROSSED], run.output).toContain(await run.exited);
  span = { fromMs, toMs: Date.now() };
}, RUNS_TIMEOUT_MS);

afterAll(async () => {
  vi.unstubAllEnvs();
  await prometheus?.[Symbol.asyncDispose]();
});

function filled(expression: string): string {
  return expression.replaceAll(/\$(\w+)/g, (_, name: string) => {
    const value = FILLED[name];
    if (value === undefined) throw new Error(`nobody fills in $${name}`);
    return value;
  });
}

function known(): Prometheus {
  if (prometheus === undefined) throw new Error('Prometheus is there once the tests run');
  return prometheus;
}

const queries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map((target) => ({ title, ...target })),
);

test.skipIf(program === undefined).each(queries)('$title: $legendFormat', async ({ expr, legendFormat }) => {
  const found = await known().range(filled(expr), span.fromMs, span.toMs);
  expect(found.flatMap(({ values }) => values).filter(Number.isFinite).length).toBeGreaterThan(0);
  // What the legend names is a label of each.
  for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
    expect(
      found.some(({ labels }) => labels[label] !== undefined),
      label,
    ).toBe(true);
});

test.skipIf(program === undefined)('what was lost in the run is told in numbers', async () => {
  const lastOf = async (title: string, legend: string) => {
    const query = queries.find((each) => each.title === title && each.legendFormat === legend)?.expr ?? '';
    const found = await known().range(filled(query), span.toMs - 1_000, span.toMs);
    return found.reduce((sum, { values }) => sum + (values.at(-1) ?? 0), 0);
  };
  expect(await lastOf('What went wrong, so far', 'unsent')).toBeGreaterThan(10);
  // Two clients that ask and answer, and four pairs.
  expect(await lastOf('Disconnects so far, by region', '{{region}} {{code}}')).toBeGreaterThanOrEqual(6);
});

const variables = dashboard.templating.list.flatMap(({ name, definition }) =>
  definition === undefined ? [] : [{ name, definition }],
);

test.skipIf(program === undefined).each(variables)(
  'the variable $name has values',
  async ({ name, definition }) => {
    const [, selector = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? [];
    const values = await known().labelValues(label, selector);
    // One k6 that is alone is no runner of several.
    if (name === 'runner') expect(values).toEqual([]);
    else expect(values.length).toBeGreaterThan(0);
  },
);
