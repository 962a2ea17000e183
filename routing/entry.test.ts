import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planOf } from '../test/support/data/checked-in.ts';
import { isOnGlobe } from './coordinates.ts';
import { entryOf } from './entry.ts';

const plan = planOf();
const SYDNEY = { latitude: '-33.86880', longitude: '151.20930' };

describe('the place of a request is, in this order,', () => {
  test('its data center, whatever else it says', () => {
    const { entry, notes } = entryOf({ colo: 'MAD', ...SYDNEY, country: 'ZA', continent: 'AF' }, plan);
    expect(entry).toMatchObject({ source: 'colo', value: 'MAD' });
    expect(entry.coordinates.latitude).toBeCloseTo(40.5, 0);
    expect(notes).toEqual([]);
  });

  test('its coordinates, where the data center is not known', () => {
    const { entry, notes } = entryOf({ colo: 'QQQ', ...SYDNEY, country: 'ZA' }, plan);
    expect(entry).toEqual({
      source: 'coordinates',
      value: '-33.8688,151.2093',
      coordinates: { latitude: -33.8688, longitude: 151.2093 },
    });
    expect(notes).toEqual(['colo "QQQ" is not known, ignored']);
  });

  test('its country, where it has no coordinates', () => {
    const { entry, notes } = entryOf({ country: 'AU', continent: 'EU' }, plan);
    expect(entry).toMatchObject({ source: 'country', value: 'AU' });
    expect(notes).toEqual([]);
  });

  test('its continent, where it has no country', () => {
    expect(entryOf({ continent: 'OC' }, plan).entry).toMatchObject({ source: 'continent', value: 'OC' });
  });

  test('the default region, where it has nothing', () => {
    const { entry, notes } = entryOf({}, plan);
    expect(entry).toEqual({
      source: 'default',
      value: 'enam',
      coordinates: { latitude: plan.defaultRegion.latitude, longitude: plan.defaultRegion.longitude },
    });
    expect(notes).toEqual(['nothing says where the request comes from: as if from the default region, enam']);
  });

  test('each of these in turn, as the one before it turns out to be nonsense', () => {
    const { entry, notes } = entryOf(
      { colo: '???', latitude: '900', longitude: '0', country: 'QQ', continent: 'ZZ' },
      plan,
    );
    expect(entry.source).toBe('default');
    expect(notes).toEqual([
      'colo "???" is not known, ignored',
      'latitude "900", longitude "0" are not on the globe, ignored',
      'country "QQ" is not known, ignored',
      'continent "ZZ" is not known, ignored',
      'nothing says where the request comes from: as if from the default region, enam',
    ]);
  });
});

describe("Cloudflare's codes for no place", () => {
  test.each(['XX', 'T1', ''])('%j as a country is passed over without a note', (country) => {
    const { entry, notes } = entryOf({ country, continent: 'EU' }, plan);
    expect(entry.source).toBe('continent');
    expect(notes).toEqual([]);
  });

  test('T1 as country and continent, as Tor has it, leaves the default', () => {
    const place = entryOf({ country: 'T1', continent: 'T1' }, plan);
    expect(place.entry.source).toBe('default');
    expect(place.country).toBe('T1');
    expect(place.notes).toHaveLength(1);
  });
});

describe('coordinates', () => {
  test.each([
    ['90', '180'],
    ['-90', '-180'],
    ['0', '0'],
    [52.37, 4.89],
  ])('%j, %j are taken', (latitude, longitude) => {
    expect(entryOf({ latitude, longitude }, plan).entry.coordinates).toEqual({
      latitude: Number(latitude),
      longitude: Number(longitude),
    });
  });

  test.each([
    ['90.0001', '0'],
    ['0', '180.0001'],
    ['900', '0'],
    ['0', '-900'],
    ['', ''],
    [' ', '0'],
    ['abc', '0'],
    ['52,37', '4,89'],
    ['52.37N', '4.89E'],
    ['NaN', 'NaN'],
    ['Infinity', '0'],
    [Number.NaN, 0],
    [null, null],
    [true, false],
    [{}, []],
    ['52.37', undefined],
    [undefined, '4.89'],
    ['1'.repeat(10_000), '0'],
  ])('%j, %j are ignored, and a note says so', (latitude, longitude) => {
    const { entry, notes } = entryOf({ latitude, longitude, country: 'NL' }, plan);
    expect(entry.source).toBe('country');
    expect(notes).toEqual([
      expect.stringMatching(/^latitude .* longitude .* are not on the globe, ignored$/),
    ]);
  });
});

describe('what is no place at all', () => {
  test.each([undefined, null, 7, 'AMS', true, [], () => {}, Symbol('cf')])(
    'a cf that is no object, such as %s, is passed over',
    (cf) => {
      expect(entryOf(cf, plan).entry.source).toBe('default');
    },
  );

  test.each([
    'ams',
    'AMSX',
    'A',
    '../..',
    '__proto__',
    'constructor',
    {},
    [],
    ['AMS'],
    7,
    false,
    Symbol('colo'),
  ])('the colo %s is ignored, and a note says so', (colo) => {
    const { entry, notes } = entryOf({ colo, country: 'NL' }, plan);
    expect(entry.source).toBe('country');
    expect(notes).toEqual([expect.stringMatching(/^colo .* is not known, ignored$/)]);
  });

  test('10 kB in every field is ignored, and repeated only in part', () => {
    const long = 'A'.repeat(10_240);
    const fields = { colo: long, latitude: long, longitude: long, country: long, continent: long };
    const { entry, notes } = entryOf(fields, plan);
    expect(entry.source).toBe('default');
    expect(notes).toHaveLength(5);
    for (const note of notes) expect(note.length).toBeLessThan(120);
  });
});

describe('the country', () => {
  test('is known beside a data center, which it does not change', () => {
    expect(entryOf({ colo: 'SYD', country: 'DE' }, plan)).toMatchObject({
      entry: { source: 'colo' },
      country: 'DE',
      inEu: true,
    });
  });

  test.each([
    [{ isEUCountry: '1' }, true],
    [{ country: 'FR' }, true],
    [{ country: 'GB' }, false],
    [{ country: 'CH' }, false],
    [{ isEUCountry: 1 }, false],
    [{}, false],
  ])('of %j is in the European Union: %s', (cf, inEu) => {
    expect(entryOf(cf, plan).inEu).toBe(inEu);
  });

  test.each(['de', 'DEU', 'XX', 'T2', 't1', '', 7, null, undefined])('%j is unknown, XX', (country) => {
    expect(entryOf({ country }, plan)).toMatchObject({ country: 'XX', inEu: false });
  });

  test('of a client of Tor is T1', () => {
    expect(entryOf({ country: 'T1', continent: 'T1' }, plan)).toMatchObject({ country: 'T1', inEu: false });
  });
});

test('no cf makes it throw, or come from off the globe', () => {
  const field = fc.oneof(fc.anything(), fc.string(), fc.double().map(String));
  const cf = fc.oneof(
    fc.anything(),
    fc.record(
      {
        colo: field,
        latitude: field,
        longitude: field,
        country: field,
        continent: field,
        isEUCountry: field,
      },
      { requiredKeys: [] },
    ),
  );
  fc.assert(
    fc.property(cf, (value) => {
      const { entry } = entryOf(value, plan);
      expect(isOnGlobe(entry.coordinates)).toBe(true);
      expect(entry.value).toMatch(/^[\w.,+-]{1,60}$/);
    }),
  );
});
