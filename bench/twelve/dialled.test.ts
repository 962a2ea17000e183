import { expect, test } from 'vitest';
import { dialled } from './dialled.ts';

test('each link counts for the side that dials, by what it goes over', () => {
  const link = (a: string, b: string, transport: 'connect' | 'rpc' | null) => ({ a, b, transport });
  expect(
    dialled([link('oc', 'weur', 'connect'), link('oc', 'enam', 'rpc'), link('weur', 'enam', null)]),
  ).toEqual({
    // Of enam, which is dialled by both.
    least: 0,
    most: 2,
    sockets: 1,
    overRpc: 1,
  });
});
