// What follows from a loss of all servers, with servers and restores that are made up: the real ones are in test/failure.

import { expect, test } from 'vitest';
import type { AdmissionRecord, KnownStream, Restored, Sighting } from './admission/record.ts';
import { Admissions } from './admissions.ts';

const REGIONS = ['a', 'b', 'c'];
const STREAMS = ['ORDERS', 'LOGS'].map(streamNamed);

test('a stream that cannot be restored is tried again, and clients are not let in until it is back', async () => {
  const world = new World();
  world.results = [restored(['LOGS']), restored(['LOGS']), restored([])];
  await world.loseAll();
  expect(world.lossPhase).toBe('incomplete');
  expect(world.admissions.record.loss?.failed?.missing).toEqual([streamNamed('LOGS')]);
  expect(await world.admissions.problem()).toMatch(/could not be restored.*accept-loss.*LOGS is torn/);
  expect(world.isHeld).toBe(true);
  await world.tick(1_000);
  expect(world.restores).toBe(1);
  await world.tick(20_000);
  expect([world.restores, world.lossPhase]).toEqual([2, 'incomplete']);
  await world.tick(20_000);
  expect([world.restores, world.lossPhase, world.isHeld]).toEqual([3, undefined, false]);
});

test('a stream that cannot be restored can be given up', async () => {
  const world = new World();
  world.results = [restored(['LOGS'])];
  await world.loseAll();
  await world.admissions.acceptLoss();
  expect([world.lossPhase, world.isHeld]).toEqual([undefined, false]);
  await world.tick(60_000);
  expect(world.restores).toBe(1);
});

test('an empty stream without a backup is neither waited for nor said to be restored', async () => {
  const streams = ['ORDERS', 'EMPTY', 'LOGS'].map(streamNamed);
  const world = new World(streams.map((each) => (each.stream === 'EMPTY' ? { ...each, messages: 0 } : each)));
  world.unsaved = ['EMPTY', 'LOGS'];
  await world.loseAll();
  expect(world.lossPhase).toBe('waiting');
  expect(await world.admissions.mayStart('a')).toMatchObject({
    why: expect.stringMatching(/backup has LOGS of \$G.*\(another one is restored after that\)$/),
  });
  world.unsaved = ['EMPTY'];
  await world.loseAll();
  await world.tick(60_000);
  expect(world.restored).toHaveLength(1);
});

test('all servers lost once more in the middle: everything is restored again, also what was back already', async () => {
  const world = new World();
  world.results = [restored(['LOGS']), restored([])];
  await world.loseAll();
  await world.loseAll();
  expect(world.restored.at(-1)).toEqual(STREAMS);
  expect(world.lossPhase).toBeUndefined();
});

test('a stream that only one server held is restored as soon as R2 answers, and then that server starts', async () => {
  const world = new World([...STREAMS, { ...streamNamed('ALONE'), servers: ['nats-c'] }]);
  world.revivals = [new Error('R2 does not answer'), { streams: 1, problems: [] }];
  world.end('c');
  expect(await world.admissions.mayStart('c')).toMatchObject({ mayStart: false });
  await world.tick(1_000);
  expect(await world.admissions.mayStart('c')).toMatchObject({ mayStart: false });
  expect(await world.admissions.problem()).toContain('ALONE of $G');
  await world.tick(1_000);
  expect(await world.admissions.mayStart('c')).toEqual({ mayStart: true });
  expect(world.revived).toEqual(['ALONE', 'ALONE']);
  expect(world.admissions.lastRestore).toMatchObject({ streams: 1, problems: [] });
});

test('what is lost of each of several such streams is told, not only of the last', async () => {
  const alone = ['ONE', 'TWO'].map((name) => ({ ...streamNamed(name), servers: ['nats-c'] }));
  const world = new World([...STREAMS, ...alone]);
  world.revivals = [
    { streams: 0, problems: ['ONE has no backup'] },
    new Error('R2 does not answer'),
    { streams: 1, problems: ['TWO lacks 3'] },
  ];
  world.end('c');
  await world.admissions.mayStart('c');
  await world.tick(1_000);
  await world.tick(1_000);
  expect(world.admissions.lastRestore).toMatchObject({
    streams: 1,
    problems: ['ONE has no backup', 'TWO lacks 3'],
  });
});

class World {
  readonly admissions: Admissions;
  readonly restored: (readonly KnownStream[])[] = [];
  readonly revived: string[] = [];
  readonly deleted: string[] = [];
  unsaved: readonly string[] = [];
  results: Restored[] = [];
  revivals: (Error | Pick<Restored, 'streams' | 'problems'>)[] = [];
  #record: AdmissionRecord | undefined;
  #now = 1_000;
  readonly #running: Map<string, Sighting>;

  constructor(streams: readonly KnownStream[] = STREAMS) {
    this.#running = new Map(
      REGIONS.map((id) => [
        id,
        server(
          id,
          streams.filter(({ servers }) => servers.includes(`nats-${id}`)),
        ),
      ]),
    );
    this.#record = {
      isFormed: true,
      members: Object.fromEntries(REGIONS.map((id) => [id, { state: 'full', since: 0 }])),
      streams,
    };
    this.admissions = new Admissions({
      load: () => this.#record,
      save: (record) => {
        this.#record = record;
      },
      regions: () => REGIONS,
      sight: async (region) => this.#running.get(region) ?? 'stopped',
      restart: async (region) => void this.#running.delete(region),
      acceptsLoss: () => false,
      withoutBackup: async (streams) => streams.filter(({ stream }) => this.unsaved.includes(stream)),
      whyNotSaved: async () => undefined,
      revive: async ({ stream }) => {
        this.revived.push(stream);
        const next = this.revivals.shift();
        if (next === undefined || next instanceof Error) throw next;
        return next;
      },
      restoreAll: async (streams) => {
        this.restored.push(streams);
        return this.results.shift() ?? restored([]);
      },
      looked: (deleted) => void this.deleted.push(...deleted.map(({ stream }) => stream)),
      now: () => this.#now,
    });
  }

  end(region: string): void {
    this.#running.delete(region);
    this.#now += 1_000;
  }

  get restores(): number {
    return this.restored.length;
  }

  get lossPhase(): string | undefined {
    return this.admissions.record.loss?.phase;
  }

  get isHeld(): boolean {
    return this.admissions.isHeld('a');
  }

  async tick(afterMs: number): Promise<void> {
    this.#now += afterMs;
    await this.admissions.tick();
  }

  /** All servers end, start empty as soon as they may, elect a leader, and a first restore is tried. */
  async loseAll(): Promise<void> {
    this.#running.clear();
    this.#now += 20_000;
    for (let round = 0; round < 10 && this.#running.size < REGIONS.length; round += 1) {
      this.#now += 1_000;
      for (const region of REGIONS) {
        if (this.#running.has(region)) continue;
        if ((await this.admissions.mayStart(region)).mayStart) this.#running.set(region, server(region, []));
      }
    }
    for (let looks = 0; looks < 3; looks += 1) await this.tick(500);
  }
}

function restored(missing: readonly string[]): Restored {
  return {
    ...{ at: 0, streams: STREAMS.length - missing.length },
    ...{ problems: [], missing: missing.map(streamNamed) },
    failures: missing.map((name) => `${name} is torn`),
  };
}

function streamNamed(stream: string): KnownStream {
  return {
    ...{ account: '$G', stream, created: '1', messages: 3, lastSeq: 3 },
    servers: REGIONS.map((id) => `nats-${id}`),
  };
}

function server(region: string, streams: readonly KnownStream[]): Sighting {
  return {
    ...{ server: `nats-${region}`, hasLeader: true, groups: { _meta_: { committed: 1, applied: 1 } } },
    streams: streams.map((stream) => ({ ...stream, leader: `nats-${region}`, consumers: [] })),
  };
}
