// How evenly clients spread over the servers of a region, and how often one that comes back gets the server that it had:
// 3,000 clients come to 4 servers, 150 a second, and then 20 a second leave and come back, for five minutes. What a data
// center knows of the servers is up to 30 s old, besides the clients that it has sent itself.

import { expect, test } from 'vitest';
import { EMPTY_RECORD, withAnswer, withTaken } from '../../worker/connect/colo-record.ts';
import { serverOrder } from '../../worker/connect/server-order.ts';
import { seededRandom } from './random.ts';

const CLIENTS = 3_000;
const SERVERS = 4;
const CAPACITY = 1_000;
const ASKED_EVERY_S = 30;
const BACK_A_SECOND = 20;

type Identity = 'an address each' | 'one address of five' | 'none';

/** @param keeps whether a client says which server it had, as browsers do by the cookie */
function simulate(identity: Identity, keeps: boolean) {
  const random = seededRandom(`${identity} ${keeps}`);
  const counts: number[] = Array(SERVERS).fill(0);
  const at = new Map<number, number>();
  let visits = 0;
  const keyOf = (client: number) => {
    visits += 1;
    if (identity === 'none') return `key ${visits}`;
    return identity === 'an address each' ? `2001:db8::${client.toString(16)}` : `203.0.113.${client % 5}`;
  };
  let record = EMPTY_RECORD;
  const ask = (now: number) => {
    const servers = counts.map((clients, index) => ({ number: index + 1, clients, maxClients: CAPACITY }));
    record = withAnswer(record, 'weur', { state: 'up', servers }, now);
  };
  const come = (client: number, now: number) => {
    const last = keeps ? at.get(client) : undefined;
    const [number = 0] = serverOrder(record.regions.weur?.servers, { key: keyOf(client), last });
    counts[number - 1] = (counts[number - 1] ?? 0) + 1;
    at.set(client, number);
    record = withTaken(record, 'weur', { number, said: undefined }, now);
    return number;
  };
  const spread = () => (Math.max(...counts) - Math.min(...counts)) / CAPACITY;
  ask(0);
  for (let client = 0; client < CLIENTS; client += 1) come(client, 0);
  let widest = spread();
  let same = 0;
  for (let second = 0; second < 300; second += 1) {
    if (second % ASKED_EVERY_S === 0) ask(second * 1_000);
    const back = new Set(Array.from({ length: BACK_A_SECOND }, () => Math.floor(random() * CLIENTS)));
    const had = new Map([...back].map((client) => [client, at.get(client) ?? 0]));
    for (const number of had.values()) counts[number - 1] = (counts[number - 1] ?? 0) - 1;
    for (const [client, number] of had) if (come(client, second * 1_000) === number) same += 1 / had.size;
    widest = Math.max(widest, spread());
  }
  return { widest, same: same / 300 };
}

// Without what they had: 'none' can only be by chance, one of four.
test.each([
  ['an address each', false, 0.05, 0.97],
  ['an address each', true, 0.05, 0.97],
  ['one address of five', false, 0.08, 0.65],
  ['one address of five', true, 0.06, 0.97],
  ['none', false, 0.08, 0.2],
  ['none', true, 0.06, 0.97],
] as const)(
  'clients with %s (who say what they had: %s) are within %d of each other, %d come back',
  (...row) => {
    const [identity, keeps, widest, same] = row;
    const result = simulate(identity, keeps);
    expect(result.widest).toBeLessThanOrEqual(widest);
    expect(result.same).toBeGreaterThanOrEqual(same);
  },
);
