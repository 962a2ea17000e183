// What clients of each account send and receive, under the names of nats-surveyor (`nats_core_account_*`). Pure.

import type { AccountTraffic, RegionMetrics } from '../region/server-figures.ts';
import { type Family, type Sample, samplesOf } from './exposition.ts';
import type { Snapshot } from './snapshot.ts';
import { core } from './surveyor-metrics.ts';

const TRAFFIC: readonly (readonly [Family, (account: AccountTraffic) => number])[] = [
  [core('account_conn_count', 'Client connections to the account'), ({ conns }) => conns],
  [
    core('account_total_conn_count', 'Client and leaf node connections to it'),
    ({ total_conns }) => total_conns,
  ],
  [core('account_leaf_count', 'Leaf node connections to it'), ({ leafnodes }) => leafnodes],
  [core('account_sub_count', 'Subscriptions in it'), ({ num_subscriptions }) => num_subscriptions],
  [core('account_slow_consumer_count', 'Slow consumers of it'), ({ slow_consumers }) => slow_consumers],
  [core('account_bytes_sent', 'Bytes sent to its clients'), ({ sent }) => sent.bytes],
  [core('account_bytes_recv', 'Bytes received from its clients'), ({ received }) => received.bytes],
  [core('account_msgs_sent', 'Messages sent to its clients'), ({ sent }) => sent.msgs],
  [core('account_msgs_recv', 'Messages received from its clients'), ({ received }) => received.msgs],
];

const ACCOUNTS = core('account_count', 'Accounts that have or had clients');

/**
 * Of each account, the sum over all servers. While one of them does not say, there is none: a sum that lacks it would look
 * like one that fell.
 */
export function accountTraffic({ regions }: Snapshot): readonly (readonly Sample[])[] {
  const servers = regions.filter(({ metrics }) => metrics === undefined || hasOrShouldHaveServer(metrics));
  const known = servers.flatMap(({ metrics }) => metrics?.server?.accounts ?? []);
  if (servers.some(({ metrics }) => metrics?.server?.accounts === undefined)) return [];
  const accounts = [...Map.groupBy(known, ({ acc }) => acc)].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    samplesOf({}, [[ACCOUNTS, accounts.length]]),
    ...accounts.map(([account, seen]) =>
      samplesOf(
        { account, account_name: seen[0]?.name ?? account },
        TRAFFIC.map(([family, of]) => [family, seen.reduce((all, each) => all + of(each), 0)]),
      ),
    ),
  ];
}

function hasOrShouldHaveServer({ status: { state }, server }: RegionMetrics): boolean {
  return server !== undefined || state === 'up' || state === 'draining' || state === 'down';
}
