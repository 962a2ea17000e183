import { expect, test } from 'vitest';
import { AT, gone, snapshotOf, stream, up } from '../../test/support/data/sample-snapshot.ts';
import { render, samplesIn } from './render.ts';

const OPTIONS = { dialect: 'helm', format: 'prometheus', maxSeries: 10_000 } as const;

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('a server has the names of the exporter and of the surveyor, and its name for an id', () => {
  const lines = linesOf(render(snapshotOf(up([stream('ORDERS')])), OPTIONS));
  expect(lines).toEqual(
    expect.arrayContaining([
      'nats_varz_connections{server_id="nats-weur"} 4',
      'nats_varz_server_id{server_id="nats-weur",value="NABC"} 1',
      `nats_varz_start{server_id="nats-weur"} ${Date.UTC(2026, 10, 27, 5)}`,
      'nats_varz_http_req_stats_varz{server_id="nats-weur"} 7',
      'nats_varz_jetstream_stats_storage{server_id="nats-weur"} 20',
      'nats_healthz_status{server_id="nats-weur"} 0',
      'nats_core_uptime{server_cluster="meridian",server_name="nats-weur",server_id="nats-weur"} 3600',
      'nats_survey_expected_count 1',
      'meridian_region_clients{region="weur"} 3',
      'meridian_region_state{region="weur",state="up"} 1',
      'meridian_region_state{region="weur",state="down"} 0',
      'meridian_mesh_link_rtt_seconds{a="weur",b="enam"} 0.08',
      'meridian_backup_age_seconds{account="$G",stream="ORDERS",region="weur"} 60',
      'meridian_config_version 7',
    ]),
  );
  const names = new Set(lines.map((line) => line.replace(/[{ ].*/, '')));
  expect(names).toContain('nats_stream_total_messages');
  expect([...names].filter((name) => /leaf_port|tags|cluster_cluster_port/.test(name))).toEqual([]);
  expect(lines.filter((line) => line.includes('nats_varz') && line.includes('NABC'))).toHaveLength(1);
});

test('a region with members says how many servers it needs, and one that is one server does not', () => {
  const one = up([]);
  const scaling = { needed: 3, serving: 1 };
  const many = { ...one, ...(one.metrics && { metrics: { ...one.metrics, scaling } }) };
  const lines = linesOf(render(snapshotOf(many), OPTIONS));
  expect(lines).toContain('meridian_members_needed{region="weur"} 3');
  expect(lines).toContain('meridian_members_serving{region="weur"} 1');
  expect(render(snapshotOf(one), OPTIONS)).not.toContain('meridian_members');
});

test('sessions are counted together, and clients only where a server was asked', () => {
  const counted = { refusedByOwner: 2, refusedByAll: 0, starts: 4, startSeconds: 3.5, failedStarts: 1 };
  const states = { starting: 0, up: 3, asleep: 1, down: 0, ending: 0 };
  const linesWith = (clients: number, answered: number) =>
    linesOf(
      render({ ...snapshotOf(up([])), sessions: { states, clients, answered, counted } }, OPTIONS),
    ).filter((line) => line.startsWith('meridian_sessions'));
  expect(linesWith(7, 2)).toEqual(
    expect.arrayContaining([
      'meridian_sessions{state="up"} 3',
      'meridian_sessions{state="down"} 0',
      'meridian_sessions_answered 2',
      'meridian_sessions_clients 7',
      'meridian_sessions_starts_total 4',
      'meridian_sessions_start_seconds_total 3.5',
      'meridian_sessions_failed_starts_total 1',
      'meridian_sessions_refused_total{quota="owner"} 2',
    ]),
  );
  expect(linesWith(0, 0).filter((line) => line.startsWith('meridian_sessions_clients'))).toEqual([]);
  expect(render(snapshotOf(up([])), OPTIONS)).not.toContain('meridian_sessions');
});

test('what is not known has no series: neither of a region that does not answer, nor of one without details', () => {
  const lines = linesOf(render(snapshotOf(gone), OPTIONS));
  expect(lines.filter((line) => line.includes('"oc"'))).toEqual([
    'meridian_region_answered{region="oc"} 0',
    'meridian_region_drained{region="oc"} 1',
    ...['asleep', 'waiting', 'starting', 'up', 'draining', 'stopping', 'down'].map(
      (state) => `meridian_region_state{region="oc",state="${state}"} 0`,
    ),
    'meridian_region_state{region="oc",state="unreachable"} 1',
  ]);
  expect(lines).toContain('nats_survey_surveyed_count 0');
  expect(lines).toContain('nats_survey_expected_count 1');
});

test('the dialect of the exporter by itself differs in what names begin with', () => {
  const text = render(snapshotOf(up([stream('ORDERS')])), { ...OPTIONS, dialect: 'exporter' });
  expect(text).toContain('gnatsd_varz_connections{server_id="nats-weur"} 4');
  expect(text).toMatch(/^jetstream_stream_total_messages\{.*stream_name="ORDERS".*\} 2$/m);
  expect(text).toContain('nats_core_connection_count');
  expect(text).not.toMatch(/^nats_(?:varz|stream|server)_/m);
});

test('what is beyond the budget is left out whole, by name, and counted', () => {
  const snapshot = snapshotOf(up([stream('B'), stream('A'), stream('C')]));
  const whole = linesOf(render(snapshot, OPTIONS));
  const ofStream = (lines: readonly string[], name: string) =>
    lines.filter((line) => line.includes(`stream_name="${name}"`)).length;
  const each = ofStream(whole, 'C');
  expect(each).toBeGreaterThan(0);
  // There is room for all but one line.
  const kept = whole.filter((line) => !line.startsWith('meridian_metrics_')).length;
  const tight = linesOf(render(snapshot, { ...OPTIONS, maxSeries: kept - 1 }));
  expect(['A', 'B', 'C'].map((name) => ofStream(tight, name))).toEqual([each, each, 0]);
  const told = tight.find((line) => line.startsWith('meridian_metrics_left_out{what="series"}'));
  expect(Number(told?.split(' ')[1])).toBe(whole.length - tight.length);
  expect(tight).toContain('meridian_metrics_left_out{what="streams"} 4');
  expect(whole).toContain('meridian_metrics_left_out{what="series"} 0');
  expect(whole).toContain(`meridian_metrics_series ${kept}`);
});

test('visits are told by flag and region, failovers by code, refusals by rule', () => {
  const kind = { region: 'weur', wanted: 'weur', flags: '', cause: '', refusal: '', country: '', colo: '' };
  const figures = { count: 2, attempts: 3, seconds: 0.04, within: [0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2] };
  const totals = [
    { ...kind, ...figures },
    { ...kind, ...figures, wanted: 'enam', flags: 'failover,pin', cause: 'full' },
    { ...kind, ...figures, region: '', wanted: '', refusal: 'residency' },
  ];
  const places = [{ ...kind, ...figures, country: 'FR' }];
  const paths = [{ colo: 'CDG', region: 'weur', seconds: 0.012 }];
  const lines = linesOf(
    render({ ...snapshotOf(), visits: { totals, places, paths } }, { ...OPTIONS, format: 'openmetrics' }),
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      'meridian_connects_total{region="weur"} 2',
      'meridian_connects_total{region="weur",flags="failover,pin"} 2',
      'meridian_connect_attempts_total 9',
      'meridian_failovers_total{from="enam",to="weur",code="full"} 2',
      'meridian_connects_refused_total{rule="residency"} 2',
      'meridian_connect_duration_seconds_bucket{region="weur",le="0.025"} 4',
      'meridian_connect_duration_seconds_bucket{region="weur",le="+Inf"} 4',
      'meridian_connect_duration_seconds_count{region="weur"} 4',
      'meridian_connects_by_country_total{region="weur",country="FR"} 2',
      'meridian_path_rtt_seconds{colo="CDG",region="weur"} 0.012',
    ]),
  );
});

test('a stream with more consumers than a call may have arguments is shown', () => {
  const consumers = Array.from({ length: 40_000 }, (_, index) => ({
    name: `c${index}`,
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
  }));
  const snapshot = snapshotOf(up([{ ...stream('S'), consumers }]));
  const samples = samplesIn(snapshot, { dialect: 'helm', maxSeries: 1_000_000 });
  expect(samples.length).toBeGreaterThan(8 * consumers.length);
});

test('however many streams are backed up, the regions are there, and then the first streams by name', () => {
  const region = up([]);
  const backups = Array.from({ length: 300 }, (_, index) => ({
    ...{ account: '$G', stream: `S${1_000 + index}`, lagMessages: 1, lagMs: 1_000 },
    // The last ones are smaller, and might fit.
    ...(index < 290 && { lastWrittenAt: AT }),
  }));
  const metrics = region.metrics && { ...region.metrics, backups };
  const linesWith = (maxSeries: number) =>
    linesOf(render(snapshotOf({ ...region, ...(metrics && { metrics }) }), { ...OPTIONS, maxSeries }));
  const whole = linesWith(10_000).length;
  for (const most of [1_100, 403, 402, 401, 400].map((less) => whole - less)) {
    const lines = linesWith(most);
    expect(lines).toContain('meridian_region_state{region="weur",state="up"} 1');
    const shown = lines.flatMap((line) => /^meridian_backup_failing.*stream="(S\d+)"/.exec(line)?.[1] ?? []);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown).toEqual(backups.slice(0, shown.length).map(({ stream }) => stream));
    const [, left] = /left_out\{what="series"\} (\d+)/.exec(lines.join('\n')) ?? [];
    expect(Number(left)).toBe(whole - lines.length);
  }
});
