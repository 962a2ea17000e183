// People who have NATS servers move to Meridian by the plans of rollouts/, and back: real clients, real servers on both sides,
// and faults at each step. Their server lets go of whom a step moves, as its operators do, with nats-server's own KICK.

import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Rollout, RolloutFile } from '../../api/rollouts.ts';
import { freePort, LOOPBACK } from '../../local/listen.ts';
import { validateConfig } from '../../regions/validate.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { defaultConfig } from '../support/data/checked-in.ts';
import type { Place } from '../support/data/places.ts';
import { endRollouts } from '../support/end-rollouts.ts';
import { type Faults, faultyWay, natsServerAt, type OtherServer } from '../support/external-servers.ts';
import { useStack } from '../support/file-stack.ts';

const PEOPLE = 300;
const AT_ONCE = 25;
const EVERY_MS = 5_000;
const LIMIT = 3;

const FRANKFURT: Place = {
  ...{ city: 'Frankfurt', colo: 'FRA', country: 'DE', latitude: 50.1, longitude: 8.7 },
  region: 'existing',
};

const port = await freePort();
const innerPort = await freePort();
const own = defaultConfig();
const validated = validateConfig({
  ...own,
  doors: { leafnode: true, mqtt: false },
  regions: [
    // What is kept awake and holds streams is enough of them.
    ...own.regions,
    {
      ...{ id: 'existing', kind: 'external', url: `ws://${LOOPBACK}:${port}` },
      ...{ latitude: FRANKFURT.latitude, longitude: FRANKFURT.longitude },
    },
  ],
});
if (!validated.ok) throw new Error(JSON.stringify(validated.problems));

const running = useStack(validated.config);

let existing: OtherServer;
let way: OtherServer & { readonly faults: Faults };

beforeAll(async () => {
  const accounts = `
    accounts { SYS { users: [{ user: sys, password: sys }] }, APP { users: [{ user: app, password: app }] } }
    system_account: SYS
    no_auth_user: app
    leafnodes { remotes: [{ urls: ["${running.stack.url.replace('http', 'ws')}/leafnode"], account: APP }] }`;
  existing = await natsServerAt(innerPort, 'existing-1', accounts);
  way = await faultyWay(port, innerPort);
  await existingServes();
});
afterEach(async () => {
  Object.assign(way.faults, { oneOf: 0, delayMs: 0 });
  await endRollouts(running.stack.api);
});
afterAll(async () => {
  await way.close();
  await existing.close();
});

/** Somebody who looked before it was there remembers that for a while. */
async function existingServes(): Promise<void> {
  await waitFor('the servers that exist to serve', { timeoutMs: 60_000, pollMs: 500 }, async () => {
    await using comer = await comeFrom(0);
    const { regions } = await running.stack.api.regions();
    return (
      comer.region === 'existing-1' && regions.some(({ id, state }) => id === 'existing' && state === 'up')
    );
  });
}

/** A plan of rollouts/, with minutes for hours. */
async function planOf(name: string): Promise<RolloutFile> {
  const text = await readFile(new URL(`../../rollouts/${name}.json`, import.meta.url), 'utf8');
  const plan = JSON.parse(text) as RolloutFile;
  return {
    ...plan,
    ...{ every: '5s', minSamples: 10, failureLimit: LIMIT },
    steps: plan.steps.map((step) => ({ ...step, for: '5s' })),
  };
}

async function over({ id }: Pick<Rollout, 'id'>, timeoutMs = 120_000): Promise<Rollout> {
  return waitFor(`rollout ${id} to be over`, { timeoutMs, pollMs: 500 }, async () => {
    const rollout = await running.stack.api.rollout(id);
    if (rollout.state === 'paused') throw new Error(`it is paused: ${rollout.why}`);
    return rollout.endedAt === null ? undefined : rollout;
  });
}

/** TEST-NET-2 and TEST-NET-3 (RFC 5737): each has an address of its own, which draws its share. */
const addressOf = (n: number) => `${n < 250 ? '198.51.100' : '203.0.113'}.${(n % 250) + 1}`;

const comeFrom = (n: number, options = {}) =>
  connectFrom(running.stack.url, FRANKFURT, { headers: { 'cf-connecting-ip': addressOf(n) }, ...options });

/** As many as checks need, and no more: other tests run beside this one. */
const PAUSE_MS = 25;

/** Clients that come and go all the time, for the checks to see. */
function comers(): AsyncDisposable {
  let isOver = false;
  let n = 0;
  const come = async () => {
    while (!isOver) {
      n += 1;
      const client = await comeFrom(n % PEOPLE, { reconnect: false }).catch(() => undefined);
      await client?.close();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  const all = Promise.all([come(), come()]);
  return {
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      await all;
    },
  };
}

async function setAll(set: Readonly<Record<string, number>>): Promise<void> {
  const { api } = running.stack;
  const { version, config } = await api.config();
  const regions = config.regions.map((region) => {
    const dial = set[region.id];
    return dial === undefined ? region : { ...region, dial };
  });
  await api.put({ base: version, config: { ...config, regions }, message: 'for a test' });
}

interface Person {
  readonly client: Client;
  disconnects: number;
  sent: number;
  /** Those for which the answer came. */
  readonly acknowledged: Set<string>;
  readonly publishing: Promise<void>;
}

test('three hundred clients move in steps, each loses one connection, and nothing acknowledged is lost', async () => {
  const { api } = running.stack;
  // On a machine that does other things servers are up before they hold everything, for which a plan goes back.
  await waitFor('JetStream to hold everything', { timeoutMs: 60_000, pollMs: 500 }, async () =>
    (await api.jetstream()).members.every(({ state }) => state === 'full'),
  );
  await using _ = comers();
  expect(await over(await api.startRollout({ plan: await planOf('phase-1-state') }))).toMatchObject({
    state: 'done',
    why: null,
  });
  // A stream of the mesh, which clients reach from both sides.
  const stored = new Set<string>();
  await using keeper = await connectFrom(
    running.stack.url,
    { ...FRANKFURT, colo: 'SYD', country: 'AU', latitude: -33.9, longitude: 151.2 },
    { headers: { 'x-nats-force-region': 'oc' } },
  );
  keeper.nats.subscribe('orders.>', {
    callback: (_error, message) => {
      stored.add(message.string());
      message.respond();
    },
  });
  await keeper.nats.flush();

  let isOver = false;
  const people: Person[] = [];
  for (let n = 0; n < PEOPLE; n += AT_ONCE) {
    people.push(
      ...(await Promise.all(Array.from({ length: AT_ONCE }, (_each, k) => joins(n + k, () => isOver)))),
    );
  }
  expect(people.filter(({ client }) => client.region === 'existing-1')).toHaveLength(PEOPLE);
  await using system = await connectFrom(`ws://${LOOPBACK}:${innerPort}`, undefined, {
    user: 'sys',
    pass: 'sys',
  });
  const letGo = async (moved: readonly Person[]) => {
    const subject = `$SYS.REQ.SERVER.${system.nats.info?.server_id}.KICK`;
    for (const { client } of moved)
      await system.nats.request(subject, JSON.stringify({ cid: client.nats.info?.client_id }));
    await waitFor('those who were let go to be elsewhere', { timeoutMs: 30_000 }, () =>
      moved.every(({ client }) => client.region !== 'existing-1' && client.region !== ''),
    );
  };
  for (const phase of ['phase-2-hybrid', 'phase-3-containers']) {
    const { id } = await api.startRollout({ plan: await planOf(phase) });
    let step = -1;
    await waitFor('the rollout to be over', { timeoutMs: 180_000, pollMs: 500 }, async () => {
      const rollout = await api.rollout(id);
      if (rollout.step > step) {
        step = rollout.step;
        const there = people.filter(({ client }) => client.region === 'existing-1');
        const goes = await Promise.all(
          there.map(async (person) => ({ person, to: await goesTo(people.indexOf(person)) })),
        );
        const moved = goes.filter(({ to }) => to !== 'existing').map(({ person }) => person);
        console.log(`${phase}, step ${step + 1}: ${moved.length} of ${there.length} move`);
        await letGo(moved);
      }
      if (rollout.state === 'aborted' || rollout.state === 'paused') throw new Error(String(rollout.why));
      return rollout.state === 'done';
    });
  }
  isOver = true;
  await Promise.all(people.map(({ publishing }) => publishing));
  try {
    expect(people.filter(({ client }) => client.region === 'existing-1')).toEqual([]);
    expect(new Set(people.map(({ disconnects }) => disconnects))).toEqual(new Set([1]));
    const lost = people.flatMap(({ acknowledged }) => [...acknowledged].filter((id) => !stored.has(id)));
    const count = people.reduce((all, { acknowledged }) => all + acknowledged.size, 0);
    console.log(`${count} messages acknowledged, ${lost.length} lost`);
    expect(count).toBeGreaterThan(PEOPLE * 5);
    expect(lost).toEqual([]);
  } finally {
    await Promise.all(people.map(({ client }) => client.close()));
  }
  const { versions } = await api.history();
  expect(versions.filter(({ author }) => author.startsWith('rollout:phase-')).length).toBe(7);
  expect(await over(await api.startRollout({ plan: await planOf('back-to-existing') }))).toMatchObject({
    state: 'done',
    why: null,
  });
  await using back = await comeFrom(0);
  expect(back.region).toBe('existing-1');
}, 400_000);

async function joins(n: number, isOver: () => boolean): Promise<Person> {
  const client = await comeFrom(n);
  const acknowledged = new Set<string>();
  const person = { client, disconnects: 0, sent: 0, acknowledged };
  void (async () => {
    for await (const { type } of client.nats.status()) if (type === 'disconnect') person.disconnects += 1;
  })();
  const publishes = async () => {
    while (!isOver()) {
      person.sent += 1;
      const id = `${n}.${person.sent}`;
      await client.nats.request('orders.new', id, { timeout: 2_000 }).then(
        () => acknowledged.add(id),
        () => {},
      );
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  };
  return Object.assign(person, { publishing: publishes() });
}

/** Where the edge sends them now. */
async function goesTo(n: number): Promise<string | null> {
  const { colo, country, latitude, longitude } = FRANKFURT;
  const { region } = await running.stack.api.route({
    colo,
    country,
    lat: latitude,
    lon: longitude,
    client: addressOf(n),
  });
  return region;
}

/** Each is half a minute: `MERIDIAN_FAULTS=each` has them at each step of the way back. */
const SHARES = process.env.MERIDIAN_FAULTS === 'each' ? [10, 25, 50, 100] : [25];

describe.each(SHARES)('at %d percent of the clients', (share) => {
  test.each<[string, () => Promise<(() => Promise<void>) | undefined>, RegExp]>([
    [
      'one upgrade of twenty fails',
      async () => {
        way.faults.oneOf = 20;
        return undefined;
      },
      /^connects failed 3 times in a row/,
    ],
    [
      'upgrades take a second more',
      async () => {
        way.faults.delayMs = 1_000;
        return undefined;
      },
      /^(p95|connects) failed 3 times in a row/,
    ],
    [
      'its server is killed',
      async () => {
        await way.close();
        return async () => {
          way = await faultyWay(port, innerPort);
        };
      },
      /^(connects|regions) failed 3 times in a row/,
    ],
  ])(
    '%s: it is found, and all goes back in time',
    async (_what, breaks, why) => {
      const { api } = running.stack;
      await setAll({ existing: 0 });
      await using _ = comers();
      const plan = {
        ...(await planOf('back-to-existing')),
        steps: [{ set: { 'existing.dial': share }, for: '30m' }],
      };
      const { id } = await api.startRollout({ plan });
      await waitFor('the step to be watched', { timeoutMs: 60_000, pollMs: 250 }, async () => {
        const { step, verdicts } = await api.rollout(id);
        return step === 0 && verdicts.length > 0 && verdicts.every(({ outcome }) => outcome === 'pass');
      });
      const brokenAt = Date.now();
      const mend = await breaks();
      try {
        const rollout = await over({ id });
        const tookMs = (rollout.endedAt ?? 0) - brokenAt;
        console.log(`found after ${tookMs} ms: ${rollout.why}`);
        expect(rollout.state).toBe('aborted');
        expect(rollout.why).toMatch(why);
        // The first look may be at clients from before, whose count an isolate tells every few seconds.
        expect(tookMs).toBeLessThanOrEqual((LIMIT + 2) * EVERY_MS);
        const { config } = await api.config();
        expect(config.regions.find((each) => each.id === 'existing')?.dial).toBe(0);
      } finally {
        await mend?.();
      }
    },
    180_000,
  );
});

/** Each is half a minute: `MERIDIAN_QUIET_RUNS=50` has them all. */
const QUIET_RUNS = Number(process.env.MERIDIAN_QUIET_RUNS ?? 1);

test(
  `nothing goes back without cause, in ${QUIET_RUNS} quiet runs`,
  async () => {
    const { api } = running.stack;
    await using _ = comers();
    for (let run = 0; run < QUIET_RUNS; run += 1) {
      await setAll({ existing: 0 });
      const rollout = await over(await api.startRollout({ plan: await planOf('back-to-existing') }));
      expect({ run, state: rollout.state, why: rollout.why }).toEqual({ run, state: 'done', why: null });
    }
  },
  60_000 + QUIET_RUNS * 60_000,
);

test('the last phase is a plan that can be carried out', async () => {
  const planned = await running.stack.api.planRollout({ plan: await planOf('phase-4-advanced') });
  expect(planned.steps.map(({ changes }) => changes.length)).toEqual([expect.any(Number), 1]);
});
