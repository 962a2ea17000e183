// The alert rules and the dashboard of infra/observability: what they ask for is what `/metrics` has, and the rules do what
// they say in promtool, where Prometheus is installed.

import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import which from 'which';
import { parse } from 'yaml';
import { prometheusConfig } from '../../local/observe/prometheus-config.ts';
import { parseDurationMs } from '../../regions/duration.ts';
import { render } from '../../worker/metrics/render.ts';
import { ANSWER_WITHIN_MS } from '../../worker/metrics/survey.ts';
import { figuresOfOne } from '../../worker/metrics/visits.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { snapshotOf, stream, up } from '../support/data/sample-snapshot.ts';

const FOLDER = new URL('../../infra/observability/', import.meta.url);
const RULES = fileURLToPath(new URL('alerts.yml', FOLDER));

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook_url: string };
}

const { groups } = parse(await readFile(RULES, 'utf8')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);

const dashboard = await readFile(new URL('grafana.json', FOLDER), 'utf8');
const { panels } = JSON.parse(dashboard) as {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
};

/** Everything that there can be. */
const metrics = () => {
  const consumer = {
    name: 'c',
    description: '',
    leader: 'nats-weur',
    isLeader: true,
    deliveredConsumerSeq: 0,
    deliveredStreamSeq: 0,
    ackFloorConsumerSeq: 0,
    ackFloorStreamSeq: 0,
    ackPending: 0,
    redelivered: 0,
    waiting: 0,
    pending: 0,
  };
  const peers = [{ name: 'nats-enam', lag: 0, isCurrent: true }];
  const region = up([{ ...stream('S'), peers, consumers: [consumer] }]);
  const server = region.metrics?.server;
  const jetstream = { config: { max_storage: 1 }, stats: { storage: 0 } };
  const varz = { ...server?.varz, slow_consumers: 0, in_msgs: 0, out_msgs: 0, cpu: 0, mem: 0, jetstream };
  const visit = { flags: '', country: 'FR', colo: 'CDG', ...figuresOfOne(1, 1) };
  const totals = [
    { ...visit, region: 'weur', wanted: 'enam', cause: 'full', refusal: '' },
    { ...visit, region: '', wanted: '', cause: '', refusal: 'residency' },
  ];
  const placedAt = { location: 'IAD01', region: 'ENAM', country: 'US', asConfigured: false, kmAway: 1 };
  const dropped = { full: 0, refused: 0, redirected: 0, 'no-secret': 0, rejected: 0 };
  const snapshot = {
    ...snapshotOf({
      ...region,
      metrics: {
        ...(region.metrics as NonNullable<typeof region.metrics>),
        status: {
          region: 'weur',
          state: 'up',
          since: 0,
          clients: 1,
          maxClients: 2,
          objectAgeMs: 1,
          placedAt,
        },
        ...(server && { server: { ...server, varz } }),
      },
    }),
    admission: { members: [{ region: 'weur', state: 'full' }], hasProblem: false, lostStreams: 0 },
    visits: { totals, places: totals, paths: [] },
    sinks: [{ type: 'json', url: 'https://sink.example/', sent: 0, queued: 0, dropped, retries: 0 }],
  } as const;
  const text = render(snapshot, { dialect: 'helm', format: 'prometheus', maxSeries: 10_000 });
  return new Set(text.split('\n').flatMap((line) => line.match(/^[a-z]\w*/)?.[0] ?? []));
};

const namesIn = (expression: string) => expression.match(/\b(?:meridian|nats)_\w+/g) ?? [];

test('every metric that a rule or a panel asks for is one that there is', () => {
  const known = metrics();
  const asked = [
    ...rules.map(({ expr }) => expr),
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ];
  expect(asked.length).toBeGreaterThan(30);
  const names = new Set(asked.flatMap(namesIn));
  expect([...names].filter((name) => !known.has(name))).toEqual([]);
  expect(known.has('meridian_no_such_metric')).toBe(false);
});

test('every rule has a part of the runbook', async () => {
  const page = await readFile(new URL('../../docs/observability.md', import.meta.url), 'utf8');
  const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const { alert, annotations } of rules) {
    const [path, anchor = ''] = annotations.runbook_url.split('#');
    expect([alert, path, anchors.includes(anchor)]).toEqual([alert, 'docs/observability.md', true]);
  }
});

test('a region whose object does not answer makes no scrape of npm run observe fail', () => {
  const config = prometheusConfig({ url: 'https://edge.example/', tokenFile: '/t', rules: '/r.yml' });
  const { global } = JSON.parse(config) as { readonly global: { readonly scrape_timeout: string } };
  expect(parseDurationMs(global.scrape_timeout)).toBeGreaterThan(ANSWER_WITHIN_MS);
});

const promtool = (await which('promtool', { nothrow: true })) ?? undefined;
if (promtool === undefined)
  console.warn('SKIPPED: the alert rules are not tried, since no promtool is on PATH (Debian: prometheus)');

test.runIf(promtool !== undefined)('promtool takes the rules, and they fire when they should', async () => {
  const run = promisify(execFile);
  await run(promtool ?? '', ['check', 'rules', RULES]);
  const state = (region: string, of: string, values: string) => ({
    series: `meridian_region_state{region="${region}",state="${of}"}`,
    values,
  });
  const alertOf = (
    alertname: string,
    labels: object,
    summary: string,
    anchor: string,
    severity = 'critical',
  ) => ({
    eval_time: '10m',
    alertname,
    exp_alerts: [
      {
        exp_labels: { severity, ...labels },
        exp_annotations: { summary, runbook_url: `docs/observability.md#${anchor}` },
      },
    ],
  });
  const silent = (alertname: string) => ({ eval_time: '10m', alertname, exp_alerts: [] });
  const folder = await temporaryFolder();
  try {
    const file = join(folder, 'tests.json');
    await writeFile(
      file,
      JSON.stringify({
        rule_files: [RULES],
        evaluation_interval: '1m',
        tests: [
          {
            interval: '1m',
            input_series: [
              { series: 'meridian_config_version', values: '1x20' },
              state('weur', 'up', '1x20'),
              state('enam', 'up', '1x20'),
              state('oc', 'up', '0x20'),
              state('oc', 'down', '1x20'),
              { series: 'meridian_region_placed_as_configured{region="weur"}', values: '1x20' },
              { series: 'meridian_region_placed_as_configured{region="enam"}', values: '0x20' },
              { series: 'meridian_mesh_link_up{a="weur",b="enam"}', values: '0x20' },
              { series: 'meridian_mesh_link_up{a="oc",b="enam"}', values: '0x20' },
              {
                series: 'meridian_backup_lag_seconds{account="$G",stream="S",region="weur"}',
                values: '5x20',
              },
              { series: 'meridian_failovers_total{from="oc",to="weur",code="restarting"}', values: '0+9x20' },
            ],
            alert_rule_test: [
              alertOf(
                'MeridianLinkDown',
                { a: 'weur', b: 'enam' },
                'weur and enam are up and not linked: messages between them are lost',
                'a-link-is-down',
              ),
              alertOf(
                'MeridianRegionDown',
                { region: 'oc', state: 'down' },
                'oc is down',
                'a-region-is-down',
              ),
              alertOf(
                'MeridianRegionElsewhere',
                { region: 'enam' },
                'The container of enam runs where its placement does not allow it',
                'a-region-runs-elsewhere',
                'warning',
              ),
              silent('MeridianMetricsAbsent'),
              silent('MeridianBackupBehind'),
              silent('MeridianRegionUnreachable'),
            ],
          },
          {
            interval: '1m',
            input_series: [
              {
                series: 'meridian_backup_lag_seconds{account="$G",stream="S",region="weur"}',
                values: '600x20',
              },
              { series: 'meridian_region_state_start_time_seconds{region="oc"}', values: '0+60x20' },
              { series: 'meridian_region_state_start_time_seconds{region="sam"}', values: '0x10 60 120x9' },
            ],
            alert_rule_test: [
              alertOf(
                'MeridianRegionRestarts',
                { region: 'oc' },
                'oc has changed its state 10 times in 15 minutes',
                'a-region-restarts-again-and-again',
                'warning',
              ),
              alertOf(
                'MeridianMetricsAbsent',
                {},
                "Meridian's metrics have not come for 5 minutes",
                'no-metrics',
              ),
              alertOf(
                'MeridianBackupBehind',
                { account: '$G', stream: 'S', region: 'weur' },
                'The backup of S ($G) is behind',
                'a-backup-is-behind',
              ),
            ],
          },
          {
            interval: '1m',
            input_series: [
              { series: 'meridian_config_version', values: '1x30' },
              state('oc', 'down', '1x11 0x19'),
              {
                series: 'meridian_backup_lag_seconds{account="$G",stream="S",region="weur"}',
                values: '400x11 5x19',
              },
            ],
            alert_rule_test: [
              alertOf(
                'MeridianRegionDown',
                { region: 'oc', state: 'down' },
                'oc is down',
                'a-region-is-down',
              ),
              alertOf(
                'MeridianBackupBehind',
                { account: '$G', stream: 'S', region: 'weur' },
                'The backup of S ($G) is behind',
                'a-backup-is-behind',
              ),
              // They stop as soon as it is well again.
              { ...silent('MeridianRegionDown'), eval_time: '13m' },
              { ...silent('MeridianBackupBehind'), eval_time: '13m' },
            ],
          },
        ],
      }),
    );
    const { stdout } = await run(promtool ?? '', ['test', 'rules', file]);
    expect(stdout).toContain('SUCCESS');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
