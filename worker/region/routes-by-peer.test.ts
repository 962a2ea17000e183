import { expect, test } from 'vitest';
import type { RoutezRoute } from './monitoring-answers.ts';
import { routesByPeer } from './routes-by-peer.ts';

const BULK: RoutezRoute = {
  rid: 7,
  remote_id: 'E',
  did_solicit: false,
  is_configured: false,
  port: 1,
  rtt: '1.5ms',
  in_bytes: 3,
  out_bytes: 4,
};
const SYSTEM: RoutezRoute = { ...BULK, rid: 5, rtt: '9ms', in_bytes: 10, out_bytes: 20, account: '$SYS' };
const OTHER: RoutezRoute = { ...BULK, remote_id: 'W', rid: 8 };

test('two routes to one server are one, with the bytes of both and the rest of that of all other accounts', () => {
  expect(routesByPeer([SYSTEM, OTHER, BULK])).toEqual([{ ...BULK, in_bytes: 13, out_bytes: 24 }, OTHER]);
});

test('that of the system account counts where it is the only one', () => {
  expect(routesByPeer([SYSTEM])).toEqual([SYSTEM]);
});

test('no route is none', () => {
  expect(routesByPeer([])).toEqual([]);
});
