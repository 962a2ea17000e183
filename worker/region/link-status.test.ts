import { expect, test } from 'vitest';
import type { LinkReport } from '../mesh/link-report.ts';
import { linkStatuses, unheardIn } from './link-status.ts';

const UP: LinkReport = {
  peer: 'enam',
  state: 'up',
  since: 7,
  remade: 1,
  transport: 'rpc',
  remoteServerId: 'E',
};
const ROUTE = { remote_id: 'E', rtt: '1.5ms', in_bytes: 3, out_bytes: 4 };

test('a link is what the server says of its route', () => {
  expect(linkStatuses([UP], [ROUTE])).toEqual([
    { peer: 'enam', state: 'up', since: 7, remade: 1, transport: 'rpc', rttMs: 1.5, bytes: 7 },
  ]);
});

test('a link that was spliced, of which the server knows nothing, is not up yet and has carried nobody knows what', () => {
  expect(linkStatuses([UP], [])).toEqual([
    { peer: 'enam', state: 'connecting', since: 7, remade: 1, transport: 'rpc' },
  ]);
});

test('a link of a server that says nothing is what was spliced, and nothing more is known of it', () => {
  expect(linkStatuses([UP], undefined)).toEqual([
    { peer: 'enam', state: 'up', since: 7, remade: 1, transport: 'rpc' },
  ]);
});

test.each(['connecting', 'down', 'asleep'] as const)(
  'a link that is %s is so whatever the server says',
  (state) => {
    const report = { ...UP, state, remoteServerId: undefined };
    for (const routes of [undefined, [], [ROUTE]]) {
      expect(linkStatuses([report], routes)).toEqual([
        { peer: 'enam', state, since: 7, remade: 1, transport: 'rpc' },
      ]);
    }
  },
);

test('a link with a server that is too old to compress is not compressed, in the words of one that is not', () => {
  const routes = [{ ...ROUTE, compression: 'not supported' }];
  expect(linkStatuses([{ ...UP, compression: 'off' }], routes)).toMatchObject([{ compression: 'off' }]);
});

test('unheard are the servers that have not answered a ping yet; of one that says nothing of pings nothing is known', () => {
  const routes = [{ remote_id: 'A', rtt: '0s' }, { remote_id: 'B', rtt: '1.5ms' }, { remote_id: 'C' }];
  expect([...unheardIn(routes)]).toEqual(['A']);
});
