// The tally in the SQLite of a real object.

import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import type { MeshNode } from '../../test/support/workerd/mesh-node.ts';
import { TrafficTally } from './traffic-tally.ts';

const NOW = 1_700_000_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const AMSTERDAM = { colo: 'AMS', country: 'NL', isEUCountry: '1', latitude: '52.37', longitude: '4.89' };
const BERLIN = { colo: 'TXL', country: 'DE', isEUCountry: '1', latitude: 52.52, longitude: 13.4 };
/** The most that the tally keeps, and how many clients it writes at a time. */
const MAX_ROWS = 500;
const NOTES_PER_WRITE = 500;

afterEach(() => {
  vi.restoreAllMocks();
});

test('clients are counted by place, with coordinates in whole degrees and nothing else of them', async () => {
  await withSql((sql) => {
    const tally = new TrafficTally(sql);
    tally.note(() => ({ ...AMSTERDAM, latitude: '52.9', longitude: '-0.2' }), NOW);
    tally.note(() => AMSTERDAM, NOW);
    tally.note(() => ({ ...AMSTERDAM, city: 'Amsterdam', postalCode: '1012', asn: 1 }) as object, NOW);
    const place = { colo: 'AMS', country: 'NL', isEUCountry: '1' };
    expect(tally.samples(NOW)).toEqual([
      { ...place, latitude: 52, longitude: 5, clients: 2 },
      { ...place, latitude: 53, longitude: 0, clients: 1 },
    ]);
  });
});

test('Tor is counted as a country, since residency rules may name it', async () => {
  await withSql((sql) => {
    const tally = new TrafficTally(sql);
    tally.note(() => ({ country: 'T1', continent: 'T1' }), NOW);
    expect(tally.samples(NOW)).toEqual([{ country: 'T1', clients: 1 }]);
  });
});

test('what is no place is counted as from nowhere', async () => {
  await withSql((sql) => {
    const tally = new TrafficTally(sql);
    tally.note(
      () => ({ colo: 'x'.repeat(9999), country: 'XX', isEUCountry: 'yes', latitude: '', longitude: 7 }),
      NOW,
    );
    tally.note(() => ({ colo: 7, country: 'T2', latitude: '91', longitude: 'NaN' }), NOW);
    tally.note(() => ({}), NOW);
    expect(tally.samples(NOW)).toEqual([{ clients: 3 }]);
  });
});

test('a count is half after a day, and gone when it stands for nobody', async () => {
  await withSql((sql) => {
    const tally = new TrafficTally(sql);
    tally.note(() => AMSTERDAM, NOW);
    expect(tally.samples(NOW + DAY_MS)).toMatchObject([{ clients: 0.5 }]);
    tally.note(() => AMSTERDAM, NOW + DAY_MS);
    expect(tally.samples(NOW + DAY_MS)).toMatchObject([{ clients: 1.5 }]);
    expect(tally.samples(NOW + 6 * DAY_MS)).toEqual([]);
  });
});

test('a clock that goes back changes no count', async () => {
  await withSql((sql) => {
    const tally = new TrafficTally(sql);
    tally.note(() => AMSTERDAM, NOW);
    tally.note(() => AMSTERDAM, NOW - DAY_MS);
    expect(tally.samples(NOW - DAY_MS)).toMatchObject([{ clients: 2 }]);
    expect(tally.samples(NOW)).toMatchObject([{ clients: 2 }]);
  });
});

test('it is kept over a restart of the object', async () => {
  const stub = someObject();
  await runInDurableObject<MeshNode, void>(stub, (_object, { storage }) => {
    const tally = new TrafficTally(storage.sql);
    tally.note(() => AMSTERDAM, NOW);
    tally.note(() => BERLIN, NOW);
    tally.flush();
  });
  await evictDurableObject(stub);
  await runInDurableObject<MeshNode, void>(stub, (_object, { storage }) => {
    const tally = new TrafficTally(storage.sql);
    tally.note(() => BERLIN, NOW);
    expect(tally.samples(NOW)).toMatchObject([
      { colo: 'TXL', clients: 2 },
      { colo: 'AMS', clients: 1 },
    ]);
  });
});

test('it writes when told to and something is new, or by itself after so many clients', async () => {
  await withSql((sql) => {
    const tally = new TrafficTally(sql);
    const exec = vi.spyOn(sql, 'exec');
    tally.flush();
    for (let index = 1; index < NOTES_PER_WRITE; index++) tally.note(() => AMSTERDAM, NOW);
    expect(exec).not.toHaveBeenCalled();
    tally.note(() => AMSTERDAM, NOW);
    tally.flush();
    expect(exec).toHaveBeenCalledTimes(1);
    tally.note(() => AMSTERDAM, NOW);
    tally.flush();
    expect(exec).toHaveBeenCalledTimes(2);
  });
});

test('up to so many places are kept; one more, and the least is counted with its country', async () => {
  await withSql((sql) => {
    const tally = new TrafficTally(sql);
    tally.note(() => BERLIN, NOW - 1000);
    for (let index = 0; index < MAX_ROWS - 2; index++) tally.note(() => placeIn('NL', index), NOW);
    tally.note(() => ({ country: 'DE', isEUCountry: '1' }), NOW);
    expect(tally.samples(NOW)).toHaveLength(MAX_ROWS);
    expect(coloOf(tally, 'DE')).toContain('TXL');
    tally.note(() => placeIn('FR', 0), NOW);
    const samples = tally.samples(NOW);
    expect(samples).toHaveLength(MAX_ROWS);
    expect(coloOf(tally, 'DE')).toEqual([undefined]);
    expect(samples.find(({ country }) => country === 'DE')?.clients).toBeCloseTo(2, 3);
    expect(coloOf(tally, 'FR')).toEqual(['AMS']);
  });
});

test('whatever comes: never more than so many places, and nobody is lost', async () => {
  await withSql((sql) => {
    const tally = new TrafficTally(sql);
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const codes = letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => code !== 'XX');
    for (let index = 0; index < 3000; index++) {
      tally.note(() => placeIn(codes[index % codes.length] ?? '', index), NOW);
      if (index % 500 === 0) expect(tally.samples(NOW).length).toBeLessThanOrEqual(MAX_ROWS);
    }
    const samples = tally.samples(NOW);
    expect(samples.length).toBeLessThanOrEqual(MAX_ROWS);
    expect(samples.reduce((sum, { clients }) => sum + clients, 0)).toBeCloseTo(3000, 6);
  });
});

test.each(['{', '{}', '[null, {}, { "place": 7 }]'])(
  'a tally that cannot be read (%s) starts anew',
  async (rows) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    await withSql((sql) => {
      new TrafficTally(sql);
      sql.exec('INSERT INTO traffic_tally (id, rows) VALUES (1, ?)', rows);
      const tally = new TrafficTally(sql);
      expect(tally.samples(NOW)).toEqual([]);
      tally.note(() => AMSTERDAM, NOW);
      tally.flush();
      expect(new TrafficTally(sql).samples(NOW)).toHaveLength(1);
    });
  },
);

function placeIn(country: string, index: number) {
  return { colo: 'AMS', country, latitude: (index % 179) - 89, longitude: Math.floor(index / 179) };
}

function coloOf(tally: TrafficTally, country: string) {
  return tally
    .samples(NOW)
    .filter((sample) => sample.country === country)
    .map(({ colo }) => colo);
}

function withSql(use: (sql: SqlStorage) => void): Promise<void> {
  return runInDurableObject<MeshNode, void>(someObject(), (_object, { storage }) => use(storage.sql));
}

function someObject() {
  return env.MESH_NODE.get(env.MESH_NODE.newUniqueId());
}
