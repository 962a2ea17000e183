import { expect, test, vi } from 'vitest';
import type { RegionStatus } from '../region/status.ts';
import { ASK_EVERY_MS, type ColoRecord, type Ranked, withFailure } from './colo-record.ts';
import { Observer, type ObserverHost, type RefreshOptions } from './observer.ts';

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
  expect(known.regions.get('a')).toMatchObject({ state: 'up', measurement: { meanMs: 10, samples: 1 } });
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

function ranked(...ids: readonly string[]): readonly Ranked[] {
  return ids.map((region) => ({ region, isAvoided: false }));
}

/** Regions that answer after 10 ms of a clock that only they move. */
class FakeHost implements ObserverHost {
  readonly asked: string[] = [];
  #clock = 100_000;
  #shared = new Map<string, string>();
  readonly #silent: readonly string[];

  readonly #status: Pick<RegionStatus, 'objectAgeMs' | 'clients'>;

  constructor({ silent = [], ...status }: { silent?: readonly string[] } & Partial<RegionStatus> = {}) {
    this.#silent = silent;
    this.#status = { objectAgeMs: 1e6, clients: 1, ...status };
  }

  async ask(region: string): Promise<RegionStatus> {
    this.asked.push(region);
    if (this.asked.length === 1) this.#clock += 10;
    if (this.#silent.includes(region)) throw new Error('no answer');
    return { region, state: 'up', since: 0, peers: ['x', 'y'], ...this.#status };
  }

  async load(colo: string): Promise<ColoRecord | undefined> {
    const text = this.#shared.get(colo);
    return text === undefined ? undefined : (JSON.parse(text) as ColoRecord);
  }

  async save(colo: string, record: ColoRecord): Promise<void> {
    this.#shared.set(colo, JSON.stringify(record));
  }

  now(): number {
    return this.#clock;
  }

  random(): number {
    return 0.99;
  }
}
