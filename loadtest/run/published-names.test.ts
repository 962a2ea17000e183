// The names under which figures leave k6: the table in docs/load-testing.md and the dashboard of Grafana name all of what
// lib/metrics.js has, and nothing else.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
}

type Type = 'Counter' | 'Gauge' | 'Rate' | 'Trend';

/** By name. */
const METRICS = new Map(
  [...read('../lib/metrics.js').matchAll(/new (Counter|Gauge|Rate|Trend)\(\s*'(\w+)'(, true)?/g)].map(
    ([, type, name, isTime]) => [name ?? '', { type: type as Type, isTime: isTime !== undefined }],
  ),
);

/** What k6 appends to a name when it writes to Prometheus, by type. */
const SUFFIX: Readonly<Record<Type, RegExp>> = {
  Counter: /^_total$/,
  Gauge: /^$/,
  Rate: /^_rate$/,
  Trend: /^_(?:p50|p95|p99|max)$/,
};

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly fieldConfig: { readonly defaults: { readonly unit: string } };
    readonly options: { readonly legend: { readonly showLegend?: boolean } };
    readonly targets: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const dashboard = JSON.parse(read('../grafana/run.json')) as Dashboard;
const queries = dashboard.panels.flatMap(({ title, fieldConfig, targets }) =>
  targets.map(({ expr }) => ({ title, unit: fieldConfig.defaults.unit, expr })),
);

/** k6's own, as it writes them. */
const OF_K6 = ['k6_vus', 'k6_vus_max', 'k6_iterations_total'];

test('there are metrics', () => {
  expect(METRICS.size).toBeGreaterThan(20);
});

test('the table names every metric once, with its type', () => {
  const section = /## Metrics\n([\s\S]*?)\n## /.exec(read('../../docs/load-testing.md'))?.[1] ?? '';
  const table = /^\| metric [\s\S]*?\n\n/m.exec(section)?.[0] ?? '';
  const rows = table.split('\n').flatMap((line) => {
    const [, names = '', type = ''] = line.split('|').map((cell) => cell.trim());
    return [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name, type]);
  });
  expect(rows.toSorted()).toEqual([...METRICS].map(([name, { type }]) => [name, type]).toSorted());
});

test.each(queries)('$title: $expr names what k6 writes', ({ expr, unit }) => {
  const names = expr.match(/\bk6_\w+/g) ?? [];
  expect(names.length).toBeGreaterThan(0);
  for (const name of names.filter((each) => !OF_K6.includes(each))) {
    // The longest that fits: `nats_delivery` is the beginning of another.
    const metric = [...METRICS.keys()]
      .filter((each) => name === `k6_${each}` || name.startsWith(`k6_${each}_`))
      .toSorted((a, b) => b.length - a.length)[0];
    const found = METRICS.get(metric ?? '');
    expect(found, name).toBeDefined();
    if (found === undefined) continue;
    expect(name.slice(`k6_${metric}`.length), name).toMatch(SUFFIX[found.type]);
    // Times are seconds there.
    if (found.isTime) expect(unit).toBe('s');
  }
});

test('every variable of a query is one of the dashboard, and panels have numbers of their own', () => {
  const known = dashboard.templating.list.map(({ name }) => name);
  for (const { expr } of queries)
    for (const [, name = ''] of expr.matchAll(/\$(\w+)/g))
      expect([...known, '__rate_interval', '__range']).toContain(name);
  const numbers = dashboard.panels.map(({ id }) => id);
  expect(new Set(numbers).size).toBe(numbers.length);
});

test('what matters during a run has a panel', () => {
  const all = queries.map(({ expr }) => expr).join('\n');
  for (const name of ['due', 'published', 'delivered', 'missing', 'disconnects'])
    expect(all).toContain(`k6_nats_${name}_total`);
  for (const name of ['delivery', 'request', 'connect']) expect(all).toContain(`k6_nats_${name}_p95`);
});

test('every panel shows its legend, which Grafana does not without being told', () => {
  for (const { title, options } of dashboard.panels) expect(options.legend.showLegend, title).toBe(true);
});
