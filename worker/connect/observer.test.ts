import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RoundTrips } from '../../routing/round-trips.ts';
import type { RegionStatus } from '../region/status.ts';
import { ASK_EVERY_MS } from './ask-intervals.ts';
import { type ColoRecord, withFailure } from './colo-record.ts';
import {
  ANSWER_WITHIN_MS,
  CACHE_WITHIN_MS,
  Observer,
  type ObserverHost,
  type RefreshOptions,
} from './observer.ts';
import type { Ranked } from './whom-to-ask.ts';

const OPTIONS: RefreshOptions = { ranked: ranked('a', 'b', 'c'), measure: true, incumbent: () => 'a' };

test('before anything was learned nothing is known, and it is time to ask, once', () => {
  const observer = new Observer();
  expect(observer.observations('AMS', 0).regions.size).toBe(0);
  expect(observer.isDue('AMS', () => ranked('a'), 0)).toBe(true);
  expect(observer.isDue('AMS', () => ranked('a'), 0)).toBe(false);
});

test('what was asked is known at that data center, and at no other', async () => {
  const observer = new Observer();
  const host = new FakeHost();
  await observer.refresh('AMS', host, OPTIONS);
  const known = observer.observations('AMS', host.now());
  expect(known.regions.get('a')).toMatchObject({
    state: 'up',
    measurement: { ms: 10, samples: expect.closeTo(1, 3) },
  });
  expect(known.incumbent).toBe('a');
  expect(observer.observations('SYD', host.now()).regions.size).toBe(0);
  expect(observer.isDue('AMS', () => ranked('a', 'b', 'c'), host.now() + ASK_EVERY_MS - 1000)).toBe(false);
  expect(observer.isDue('AMS', () => ranked('a', 'b', 'c'), host.now() + ASK_EVERY_MS)).toBe(true);
});

test('what it learns it shares, and what others have learned it takes over without asking again', async () => {
  const host = new FakeHost();
  await new Observer().refresh('AMS', host, OPTIONS);
  const asked = host.asked.length;
  const second = new Observer();
  await second.refresh('AMS', host, OPTIONS);
  expect(host.asked).toHaveLength(asked);
  expect(second.observations('AMS', host.now()).regions.get('b')).toMatchObject({ state: 'up' });
});

test('a region that does not answer is known to be unreachable, and hides nothing of the others', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const observer = new Observer();
  const host = new FakeHost({ silent: ['b'] });
  await observer.refresh('AMS', host, OPTIONS);
  const { regions } = observer.observations('AMS', host.now());
  expect(regions.get('b')).toEqual({ state: 'unreachable' });
  expect(regions.get('c')).toMatchObject({ state: 'up' });
});

test('of a region that does not know how many clients it has, none are known either', async () => {
  const observer = new Observer();
  const host = new FakeHost({ clients: undefined });
  await observer.refresh('AMS', host, OPTIONS);
  const a = observer.observations('AMS', host.now()).regions.get('a');
  expect(a).toMatchObject({ state: 'up' });
  expect(a).not.toHaveProperty('clients');
});

test('the round trip to an object that had to be made first does not count, nor any where nothing is measured', async () => {
  for (const [host, options] of [
    [new FakeHost({ objectAgeMs: 5 }), OPTIONS],
    [new FakeHost(), { ...OPTIONS, measure: false }],
  ] as const) {
    const observer = new Observer();
    await observer.refresh('AMS', host, options);
    expect(observer.observations('AMS', host.now()).regions.get('a')).not.toHaveProperty('measurement');
  }
});

test('what came of an attempt is known at once, until a region says later that it serves', async () => {
  const observer = new Observer();
  const host = new FakeHost();
  const failedAt = host.now() - 1;
  observer.note('AMS', (record) => withFailure(record, 'a', { startedAt: failedAt, costMs: 100 }, failedAt));
  expect(observer.observations('AMS', host.now()).regions.get('a')).toHaveProperty('ejectedUntil');
  await observer.refresh('AMS', host, OPTIONS);
  expect(observer.observations('AMS', host.now()).regions.get('a')).not.toHaveProperty('ejectedUntil');
});

test('what came of an attempt is kept from what other isolates knew before it, and no longer', async () => {
  const host = new FakeHost();
  await new Observer().refresh('AMS', host, OPTIONS);
  for (const [failedAt, isKept] of [
    [host.now() + 1, true],
    [0, false],
  ] as const) {
    const observer = new Observer();
    observer.note('AMS', (record) =>
      withFailure(record, 'a', { startedAt: failedAt, costMs: 5_000 }, failedAt),
    );
    await observer.refresh('AMS', host, { ...OPTIONS, ranked: [] });
    expect('ejectedUntil' in (observer.observations('AMS', 0).regions.get('a') ?? {})).toBe(isKept);
  }
});

describe('the first request at a data center', () => {
  test('knows what the others there have learned, once their record has come', async () => {
    const host = new FakeHost();
    await new Observer().refresh('AMS', host, OPTIONS);
    const observer = new Observer();
    const begun = observer.begin('AMS', (colo) => host.load(colo));
    expect(begun?.isMine).toBe(true);
    expect(observer.observations('AMS', host.now()).regions.size).toBe(0);
    await begun?.load;
    expect(observer.observations('AMS', host.now()).regions.get('a')).toHaveProperty('measurement');
  });

  test('is one: those that come meanwhile wait for the same record, and later ones for none', async () => {
    const observer = new Observer();
    const loads: string[] = [];
    const load = async (colo: string) => void loads.push(colo);
    const first = observer.begin('AMS', load);
    const second = observer.begin('AMS', load);
    expect(second).toEqual({ load: first?.load, isMine: false });
    await first?.load;
    expect(observer.begin('AMS', load)).toBeUndefined();
    expect(observer.begin('SYD', load)?.isMine).toBe(true);
    expect(loads).toEqual(['AMS', 'SYD']);
  });

  test('is given up once, for all, when the record does not come', () => {
    const observer = new Observer();
    expect(observer.begin('AMS', () => new Promise(() => {}))).toBeDefined();
    observer.stopWaiting('AMS');
    expect(observer.begin('AMS', () => new Promise(() => {}))).toBeUndefined();
  });

  test('goes on without a cache that throws', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const observer = new Observer();
    const throwing = () => {
      throw new Error('no cache');
    };
    await observer.begin('AMS', throwing)?.load;
    await observer.begin('SYD', () => Promise.reject(new Error('no cache')))?.load;
    expect(observer.observations('AMS', 0).regions.size).toBe(0);
  });
});

describe('where the cache keeps nothing', () => {
  test.each<[string, Partial<FakeHost>]>([
    ['says nothing of it', { save: async () => false, load: async () => undefined }],
    ['throws', { save: () => Promise.reject(new Error('no')), load: () => Promise.reject(new Error('no')) }],
  ])('and %s, the regions remember the round trips for the next isolate', async (_what, cache) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const host = Object.assign(new FakeHost(), cache);
    for (let visit = 1; visit <= 4; visit++) {
      const observer = new Observer();
      host.pass(600_000);
      await observer.refresh('AMS', host, OPTIONS);
      const { measurement } = observer.observations('AMS', host.now()).regions.get('a') ?? {};
      expect(Math.round(measurement?.samples ?? 0)).toBe(visit);
    }
  });

  test('but where it does they are not told', async () => {
    const host = new FakeHost();
    await new Observer().refresh('AMS', host, OPTIONS);
    expect(host.remembered.size).toBe(0);
  });

  test('a region that cannot remember loses nothing but that', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const refuses = { save: async () => false, remember: () => Promise.reject(new Error('no such method')) };
    const host = Object.assign(new FakeHost(), refuses);
    const observer = new Observer();
    await observer.refresh('AMS', host, OPTIONS);
    expect(observer.observations('AMS', host.now()).regions.get('a')).toMatchObject({ state: 'up' });
  });
});

describe('what never answers', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const never = () => new Promise<never>(() => {});

  /** Refreshes with timers that are moved past every bound. */
  async function refreshed(observer: Observer, host: FakeHost): Promise<void> {
    vi.useFakeTimers();
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const ended = observer.refresh('AMS', host, OPTIONS);
    await vi.advanceTimersByTimeAsync(2 * (CACHE_WITHIN_MS + ANSWER_WITHIN_MS));
    await ended;
  }

  test.each<[string, Partial<FakeHost>]>([
    ['to be read', { load: never }],
    ['to be written', { save: never }],
    ['at all, and the regions do not remember', { load: never, save: never, remember: never }],
  ])('a cache, %s: the regions are asked all the same', async (_what, hangs) => {
    const host = Object.assign(new FakeHost(), hangs);
    const observer = new Observer();
    await refreshed(observer, host);
    expect(host.asked).toEqual(['a', 'b', 'c']);
    const { regions, incumbent } = observer.observations('AMS', host.now());
    expect(regions.get('a')).toHaveProperty('measurement');
    expect(incumbent).toBe('a');
  });

  test('a cache that cannot be written, so that the regions remember', async () => {
    const host = Object.assign(new FakeHost(), { save: never });
    await refreshed(new Observer(), host);
    expect([...host.remembered.keys()]).toEqual(['a AMS']);
  });

  test('one region: it is unreachable, and what the others said is shared', async () => {
    const host = new FakeHost({ hanging: ['b'] });
    const observer = new Observer();
    await refreshed(observer, host);
    expect(observer.observations('AMS', host.now()).regions.get('b')).toEqual({ state: 'unreachable' });
    expect((await host.load('AMS'))?.regions).toMatchObject({ a: { state: 'up' }, c: { state: 'up' } });
  });

  test('one region: it is not asked again while it may yet answer, and it is after that', async () => {
    const host = new FakeHost({ hanging: ['b'] });
    const observer = new Observer();
    const cutOff = observer.refresh('AMS', host, OPTIONS);
    await vi.waitFor(() => expect(host.asked).toHaveLength(3));
    await observer.refresh('AMS', host, OPTIONS);
    expect(host.asked).toEqual(['a', 'b', 'c']);
    host.pass(ANSWER_WITHIN_MS);
    host.hanging.clear();
    await observer.refresh('AMS', host, OPTIONS);
    expect(host.asked).toEqual(['a', 'b', 'c', 'b']);
    expect(cutOff).toBeInstanceOf(Promise);
  });
});

test.each<[string, unknown]>([
  ['of another version', { meanMs: 20 }],
  ['without samples', { ms: null, at: 1 }],
  ['of a time to come', { ms: [300, 300, 300, 300, 300], at: 1e15 }],
])('what a region remembers %s counts as nothing', async (_what, remembered) => {
  const observer = new Observer();
  const host = new FakeHost({ remembered: remembered as RoundTrips });
  await observer.refresh('AMS', host, OPTIONS);
  expect(observer.observations('AMS', host.now()).regions.get('a')?.measurement).toMatchObject({ ms: 10 });
});

test('a clock that is set back an hour stops nothing: old news is unknown, and the regions are asked', async () => {
  const observer = new Observer();
  const host = new FakeHost({ state: 'down' });
  host.pass(3_600_000);
  expect(observer.isDue('AMS', () => ranked('a', 'b', 'c'), host.now())).toBe(true);
  await observer.refresh('AMS', host, OPTIONS);
  host.pass(-3_600_000);
  expect(observer.observations('AMS', host.now()).regions.get('a')).not.toHaveProperty('state');
  expect(observer.isDue('AMS', () => ranked('a', 'b', 'c'), host.now())).toBe(true);
  const asked = host.asked.length;
  await observer.refresh('AMS', host, OPTIONS);
  expect(host.asked).toHaveLength(asked + 3);
});

test('a region that answers in time only to say that its server does not is not measured', async () => {
  const observer = new Observer();
  const host = new FakeHost({ state: 'down', answeredInMs: 2_000 });
  await observer.refresh('AMS', host, OPTIONS);
  const a = observer.observations('AMS', host.now()).regions.get('a');
  expect(a).toMatchObject({ state: 'down' });
  expect(a).not.toHaveProperty('measurement');
});

test('an isolate that serves 512 data centers forgets none, and with one more it begins anew', async () => {
  const observer = new Observer();
  const host = new FakeHost();
  for (let i = 0; i < 512; i++) await observer.refresh(`C${i}`, host, OPTIONS);
  for (const colo of ['C0', 'C511']) {
    expect(observer.observations(colo, host.now()).regions.get('a')).toMatchObject({ state: 'up' });
  }
  observer.observations('one more', host.now());
  expect(observer.observations('C0', host.now()).regions.size).toBe(0);
});

function ranked(...ids: readonly string[]): readonly Ranked[] {
  return ids.map((region) => ({ region, isAvoided: false }));
}

/** Regions that answer after 10 ms of a clock that only they move, and a cache that keeps what it is given. */
class FakeHost implements ObserverHost {
  readonly asked: string[] = [];
  readonly remembered = new Map<string, RoundTrips>();
  #clock = 100_000;
  #shared = new Map<string, string>();
  readonly #silent: readonly string[];

  /** Those that never answer. */
  readonly hanging: Set<string>;
  readonly #status: Pick<RegionStatus, 'objectAgeMs' | 'clients'> & Partial<RegionStatus>;

  constructor({
    silent = [],
    hanging = [],
    ...status
  }: { silent?: readonly string[]; hanging?: readonly string[] } & Partial<RegionStatus> = {}) {
    this.#silent = silent;
    this.hanging = new Set(hanging);
    this.#status = { objectAgeMs: 1e6, clients: 1, answeredInMs: 0, ...status };
  }

  async ask(region: string, colo: string): Promise<RegionStatus> {
    this.asked.push(region);
    if (region === 'a') this.#clock += 10;
    if (this.hanging.has(region)) return await new Promise(() => {});
    if (this.#silent.includes(region)) throw new Error('no answer');
    const remembered = this.remembered.get(`${region} ${colo}`);
    return {
      region,
      state: 'up',
      since: 0,
      peers: ['x', 'y'],
      ...this.#status,
      ...(remembered && { remembered }),
    };
  }

  async remember(region: string, colo: string, trips: RoundTrips): Promise<void> {
    this.remembered.set(`${region} ${colo}`, trips);
  }

  async load(colo: string): Promise<ColoRecord | undefined> {
    const text = this.#shared.get(colo);
    return text === undefined ? undefined : (JSON.parse(text) as ColoRecord);
  }

  async save(colo: string, record: ColoRecord): Promise<boolean> {
    this.#shared.set(colo, JSON.stringify(record));
    return true;
  }

  now(): number {
    return this.#clock;
  }

  pass(ms: number): void {
    this.#clock += ms;
  }

  random(): number {
    return 0.99;
  }
}
