import { expect, test } from 'vitest';
import { gone, snapshotOf, up } from '../../test/support/data/sample-snapshot.ts';
import type { AccountTraffic, RegionMetrics } from '../region/server-figures.ts';
import { accountTraffic } from './account-traffic.ts';
import { expose } from './exposition.ts';
import type { RegionSnapshot } from './snapshot.ts';

const account = (acc: string, more: Partial<AccountTraffic> = {}): AccountTraffic => ({
  ...{ acc, conns: 1, leafnodes: 0, total_conns: 1, num_subscriptions: 2, slow_consumers: 0 },
  ...{ sent: { msgs: 3, bytes: 30 }, received: { msgs: 4, bytes: 40 }, ...more },
});

function regionWith(accounts: readonly AccountTraffic[] | undefined): RegionSnapshot {
  const { metrics, ...region } = up([]);
  const { server, ...rest } = metrics as RegionMetrics;
  return {
    ...region,
    metrics: { ...rest, server: { answeredInMs: 1, varz: {}, ...server, ...(accounts && { accounts }) } },
  };
}

const linesOf = (...regions: readonly RegionSnapshot[]) =>
  expose(accountTraffic(snapshotOf(...regions)).flat(), 'prometheus').split('\n');

test('each account is the sum over all servers', () => {
  const lines = linesOf(
    regionWith([account('$G'), account('A', { name: 'a "b"\n' })]),
    regionWith([account('$G')]),
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      'nats_core_account_count 2',
      'nats_core_account_conn_count{account="$G",account_name="$G"} 2',
      'nats_core_account_sub_count{account="$G",account_name="$G"} 4',
      'nats_core_account_msgs_recv{account="$G",account_name="$G"} 8',
      'nats_core_account_bytes_sent{account="A",account_name="a \\"b\\"\\n"} 30',
    ]),
  );
});

test.each([
  ['server that says nothing of accounts', regionWith(undefined)],
  ['region that does not answer', gone],
])('with a %s there are no sums, which would lack it', (_what, silent) => {
  expect(accountTraffic(snapshotOf(regionWith([account('$G')]), silent))).toEqual([]);
});

test('a region that sleeps lacks in no sum', () => {
  const status = { region: 'oc', state: 'asleep', since: 1, clients: 0, objectAgeMs: 1 } as const;
  const asleep = { ...gone, metrics: { status, links: [] } };
  expect(linesOf(regionWith([account('$G')]), asleep)).toContain('nats_core_account_count 1');
});
