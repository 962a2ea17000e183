import { expect, test } from 'vitest';
import { parseList } from '../../local/process-list.ts';
import { nameProcesses } from './processes.ts';

const LIST = `
   10     1  20480 00:01:02 /x/workerd serve --binary
   11     1   1024 00:00:00 /bin/sh /x/entrypoint.sh --ports_file_dir /t/containers/meridian-NatsOc-1
   12    11  30720 1-02:03:04 /x/nats-server-2.15.1 -c none.conf --ports_file_dir /t/containers/meridian-NatsOc-1
   13     1   2048 3:07.50 some other thing
`;

test('a list of ps is read with its memory in bytes and its times in seconds', () => {
  expect(parseList(LIST).map(({ residentBytes, cpuSeconds }) => [residentBytes, cpuSeconds])).toEqual([
    [20_480 * 1_024, 62],
    [1_024 * 1_024, 0],
    [30_720 * 1_024, 93_784],
    [2_048 * 1_024, 187.5],
  ]);
});

test('workerd and the servers are named, their shells and strangers are left out', () => {
  const named = nameProcesses(parseList(LIST), [{ container: 'meridian-NatsOc-1', server: 'nats-oc' }]);
  expect(named.map(({ name }) => name)).toEqual(['workerd', 'nats-oc']);
});
