import { expect, test } from 'vitest';
import { ClientMover, type Connection } from './client-mover.ts';

const GRACE_MS = 10_000;

function moverOf(connections: Connection[]) {
  const requests: string[] = [];
  let now = 100_000;
  let opened = 0;
  let isOpen = true;
  const mover = new ClientMover({
    oldest: async (atMost) => connections.slice(0, atMost),
    open: async () => {
      opened += 1;
      isOpen = true;
      return {
        get isOpen() {
          return isOpen;
        },
        request: async (what, cid) => void requests.push(`${what} ${cid}`),
        close: () => {
          isOpen = false;
        },
      };
    },
    graceMs: () => GRACE_MS,
    now: () => now,
  });
  return {
    mover,
    requests,
    connections,
    later: (ms: number) => {
      now += ms;
      for (const [index, { cid, ageMs }] of connections.entries())
        connections[index] = { cid, ageMs: ageMs + ms };
    },
    lose: () => {
      isOpen = false;
    },
    get opened() {
      return opened;
    },
  };
}

const of = (count: number, ageMs: number, from = 1) =>
  Array.from({ length: count }, (_, index) => ({ cid: from + index, ageMs }));
const SINCE = 100_000;

test('the oldest are told, each once, and none who came after the beginning', async () => {
  const { mover, requests } = moverOf([...of(3, 50_000), ...of(4, 0, 10)]);
  expect(await mover.letGo({ clients: 2, since: SINCE })).toEqual({ told: 2, leaving: 2 });
  expect(await mover.letGo({ clients: 2, since: SINCE })).toEqual({ told: 1, leaving: 3 });
  expect(await mover.letGo({ clients: 2, since: SINCE })).toEqual({ told: 0, leaving: 3 });
  expect(requests).toEqual(['LDM 1', 'LDM 2', 'LDM 3']);
  mover.forget();
});

test('who does not leave within the grace period is disconnected, once', async () => {
  const { mover, requests, connections, later } = moverOf(of(3, 50_000));
  await mover.letGo({ clients: 2, since: SINCE });
  connections.splice(0, 1);
  later(GRACE_MS - 1);
  expect(await mover.letGo({ clients: 0, since: SINCE })).toEqual({ told: 0, leaving: 1 });
  later(1);
  await mover.letGo({ clients: 0, since: SINCE });
  await mover.letGo({ clients: 0, since: SINCE });
  expect(requests).toEqual(['LDM 1', 'LDM 2', 'KICK 2']);
  connections.splice(0, 1);
  expect(await mover.letGo({ clients: 0, since: SINCE })).toEqual({ told: 0, leaving: 0 });
  mover.forget();
});

test('orders that come at the same time tell nobody twice', async () => {
  const { mover, requests } = moverOf(of(4, 50_000));
  await Promise.all([1, 2, 3].map(() => mover.letGo({ clients: 2, since: SINCE })));
  expect(requests).toEqual(['LDM 1', 'LDM 2', 'LDM 3', 'LDM 4']);
  mover.forget();
});

test('a line is opened when somebody is to be told, and anew once it was lost', async () => {
  const all = moverOf(of(3, 50_000));
  await all.mover.letGo({ clients: 0, since: SINCE });
  expect(all.opened).toBe(0);
  await all.mover.letGo({ clients: 1, since: SINCE });
  await all.mover.letGo({ clients: 1, since: SINCE });
  expect(all.opened).toBe(1);
  all.lose();
  await all.mover.letGo({ clients: 1, since: SINCE });
  expect(all.opened).toBe(2);
  all.mover.forget();
});

test('after the server has stopped the next one is another: numbers begin anew', async () => {
  const { mover, requests } = moverOf(of(1, 50_000));
  await mover.letGo({ clients: 1, since: SINCE });
  mover.forget();
  await mover.letGo({ clients: 1, since: SINCE });
  expect(requests).toEqual(['LDM 1', 'LDM 1']);
  mover.forget();
});
