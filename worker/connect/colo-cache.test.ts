import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadRecord, parseRecord, recordText, saveRecord } from './colo-cache.ts';
import { type ColoRecord, EMPTY_RECORD, withAnswer, withFailure, withIncumbent } from './colo-record.ts';

const RECORD: ColoRecord = withIncumbent(
  withFailure(
    withAnswer(EMPTY_RECORD, 'weur', { state: 'up', clients: 3, peers: ['nats-oc'], rttMs: 20 }, 1_000),
    'oc',
    { startedAt: 900, costMs: 100 },
    1_000,
  ),
  'weur',
);

const NOW = 2_000;

test('a record is read back as it was written', () => {
  expect(parseRecord(recordText(RECORD), NOW)).toEqual(RECORD);
});

test('a record that was cut off anywhere is none', () => {
  const text = recordText(RECORD);
  for (let length = 0; length < text.length; length++) {
    expect(parseRecord(text.slice(0, length), NOW), text.slice(0, length)).toBeUndefined();
  }
});

test.each<[string, unknown]>([
  [
    'of the version before',
    { regions: { weur: { measurement: { meanMs: 20, varianceMs2: 1, samples: 3 } } } },
  ],
  ['of a later version', { ...RECORD, version: 4 }],
  ['without regions', { version: 3 }],
  ['of regions in a list', { version: 3, regions: [] }],
  ['of a region that is a number', { version: 3, regions: { weur: 20 } }],
  ['with round trips of zero', withWeur({ trips: { ms: [0], at: 1 } })],
  ['with a mean in place of round trips', withWeur({ trips: { meanMs: 20 } })],
  ['with a time that is a text', withWeur({ askedAt: 'noon' })],
  ['with a time that is null', withWeur({ askedAt: null })],
  ['with peers that are no names', withWeur({ peers: [1] })],
  ['with servers that are a number', withWeur({ servers: 5 })],
  ['with servers that are a text', withWeur({ servers: 'two' })],
  ['with a server that is nothing', withWeur({ servers: [null] })],
  ['with a server without a number', withWeur({ servers: [{ clients: 1, maxClients: 2 }] })],
  ['with a server that takes no clients', withWeur({ servers: [{ number: 1, clients: 0, maxClients: 0 }] })],
  ['with fewer clients than none', withWeur({ clients: -1 })],
  ['with times before all time', withWeur({ trips: { ms: [20], at: -1 } })],
  ['with round trips that nobody can have measured yet', withWeur({ trips: { ms: [20], at: NOW + 61_000 } })],
  ['with an answer that nobody can have had yet', withWeur({ askedAt: NOW + 3_600_000 })],
  ['with a region left out for a year', withWeur({ ejectedUntil: NOW + 3e10 })],
  ['with a choice that is no name', { version: 3, regions: {}, incumbent: 7 }],
])('a record %s is none', (_what, value) => {
  expect(parseRecord(JSON.stringify(value), NOW)).toBeUndefined();
});

test('a record of a clock that is somewhat ahead is one, with servers and regions left out', () => {
  const servers = [{ number: 2, clients: 0, maxClients: 100 }];
  const trips = { ms: [20, 21.5], at: NOW + 30_000 };
  const weur = { state: 'up', servers, trips, askedAt: NOW + 30_000, ejectedUntil: NOW + 90_000 };
  expect(parseRecord(JSON.stringify(withWeur(weur)), NOW)).toEqual({ regions: { weur } });
});

describe('in the cache', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  test('a record survives half a day without traffic, and not two days', async () => {
    vi.useFakeTimers();
    vi.stubGlobal('caches', { default: new ExpiringCache() });
    expect(await saveRecord('AMS', RECORD)).toBe(true);
    vi.advanceTimersByTime(12 * HOUR_MS);
    expect(await loadRecord('AMS')).toEqual(RECORD);
    expect(await loadRecord('SYD')).toBeUndefined();
    vi.advanceTimersByTime(36 * HOUR_MS);
    expect(await loadRecord('AMS')).toBeUndefined();
  });

  test('that stores nothing, as on workers.dev, a record is not said to be kept', async () => {
    vi.stubGlobal('caches', { default: { put: async () => {}, match: async () => undefined } });
    expect(await saveRecord('AMS', RECORD)).toBe(false);
  });
});

const HOUR_MS = 3_600_000;

/** Keeps each response for as long as its headers allow, as the Cache API does. */
class ExpiringCache {
  readonly #kept = new Map<string, { text: string; until: number }>();

  async put(key: string, response: Response): Promise<void> {
    const seconds = Number(/max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '')?.[1] ?? 0);
    this.#kept.set(key, { text: await response.text(), until: Date.now() + seconds * 1_000 });
  }

  async match(key: string): Promise<Response | undefined> {
    const found = this.#kept.get(key);
    return found === undefined || found.until < Date.now() ? undefined : new Response(found.text);
  }
}

function withWeur(change: object): object {
  return { version: 3, regions: { weur: { state: 'up', askedAt: 1, ...change } } };
}
