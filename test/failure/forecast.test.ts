// A forecast is right if it predicts what happens: clients from many cities connect, an edit is forecast from
// what the regions counted of them, the edit is made, and all clients connect again.
//
// What depends on where a client is has to be predicted exactly, since the tallies know the data centers. Dials and
// weights draw clients by a hash of their addresses, which no tally has: there the forecast can only be as accurate
// as a random sample of this many clients, and three standard deviations are allowed.

import { beforeAll, describe, expect, test } from 'vitest';
import type { Forecast, Move as ForeseenMove } from '../../api/forecast.ts';
import type { MeridianConfig, RegionConfig } from '../../regions/config.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { cfOf, PLACES, type Place, type Region } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';

/** Half of the clients belong here, so that a share of its clients is a share of many. */
const AT_HOME: Region = 'weur';
const CLIENTS = 60;
const AT_ONCE = 10;

/** TEST-NET-3 (RFC 5737): each client has an address of its own, as on the Internet. */
const addressOf = (index: number) => `203.0.113.${index + 1}`;

/** Once moved, Lagos stays by the switching margin after the edit is undone: the next test would start elsewhere. */
const CITIES = PLACES.filter(({ city }) => city !== 'Lagos');

/** Counts fade by half in a day: over the minutes of this file by less than 0.001 of a share. */
const DIGITS = 3;

/** What a draw at random may be off by, in standard deviations. */
const SIGMAS = 3;

const NOT_SERVED = 'nowhere';

interface Person {
  readonly place: Place;
  readonly address: string;
  /** What the regions have counted of it. */
  connections: number;
  region: string;
}

const people: readonly Person[] = Array.from({ length: CLIENTS }, (_, index) => {
  const cities = CITIES.filter(({ region }) => (region === AT_HOME) === (index % 2 === 0));
  const place = cities[Math.floor(index / 2) % cities.length];
  if (place === undefined) throw new Error(`there is no city of ${AT_HOME}`);
  return { place, address: addressOf(index), connections: 0, region: NOT_SERVED };
});

/** As far as can be told from the regions that clients get. */
type Move = Omit<ForeseenMove, 'colos'>;

type Edit = (config: MeridianConfig) => MeridianConfig;

const running = useStack();

beforeAll(async () => {
  await everybodyConnects();
  // After its first client a data center keeps its choice by the switching margin. It records that in the background.
  await waitFor('every data center to have chosen', { timeoutMs: 20_000 }, async () => {
    const chosen = await Promise.all(CITIES.map(hasChosen));
    return chosen.every(Boolean);
  });
});

describe('where the place alone decides, exactly those move who were said to:', () => {
  test.each<[string, Edit]>([
    ['a region sheds clients to its neighbours', withRegion('wnam', { bias: 3 })],
    ['a region draws clients from afar', withRegion('eeur', { bias: 0.4 })],
    ['most stay by the margin of the choice so far', withRegion('weur', { bias: 2 })],
    ['a region is disabled', withRegion('apac', { enabled: false })],
    ['a region goes into reserve', withRegion('enam', { priority: 2 })],
    ['a region serves the EU only', withRegion('weur', { residency: { allow: ['EU'] } })],
    ['nobody may serve clients from Japan', everywhere({ residency: { deny: ['JP'] } })],
  ])('%s', async (_what, edit) => {
    const { forecast, moved } = await foretellAndSee(edit);
    expect(moved.length).toBeGreaterThan(0);
    expect(forecast.source).toBe('traffic');
    expect(byPair(forecast.moves)).toEqual(byPair(moved).map(nearly));
    expect(forecast.movedShare).toBeCloseTo(sum(moved), DIGITS);
    for (const { from, to, countries } of forecast.moves) {
      const actual = moved.find((each) => each.from === from && each.to === to);
      for (const { country, share } of countries) {
        const found = actual?.countries.find((each) => each.country === country);
        expect(found?.share, `${country}, ${from} -> ${to}`).toBeCloseTo(share, DIGITS);
      }
    }
  });
});

describe('where the address draws, about as many move as were said to, and nobody elsewhere:', () => {
  test.each<[string, Edit]>([
    ['a region is dialled to 30 percent', withRegion(AT_HOME, { dial: 30 })],
    [
      'near regions share by weight',
      (config) => ({
        ...withRegion(AT_HOME, { weight: 20 })(config),
        routing: { ...config.routing, bandMs: 60 },
      }),
    ],
  ])('%s', async (_what, edit) => {
    const { forecast, moved } = await foretellAndSee(edit);
    const share = forecast.movedShare;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.9);
    const tolerance = SIGMAS * Math.sqrt((share * (1 - share)) / CLIENTS);
    expect(Math.abs(sum(moved) - share)).toBeLessThan(tolerance);
    // Some of a city's clients, but not all: each address is drawn independently.
    const fromHome = sum(moved.filter(({ from }) => from === AT_HOME));
    expect(fromHome).toBeGreaterThan(0.02);
    expect(fromHome).toBeLessThan(0.48);
    const said = new Set(forecast.moves.map(({ from, to }) => `${from} ${to}`));
    for (const { from, to } of moved) expect(said).toContain(`${from} ${to}`);
  });
});

/** Forecasts an edit, makes it, lets all clients reconnect, and undoes it. */
async function foretellAndSee(edit: Edit): Promise<{ forecast: Forecast; moved: readonly Move[] }> {
  await everybodyConnects();
  const before = people.map(({ region }) => region);
  // What the regions have counted so far is what they forecast from.
  const shares = sharesOfConnections();
  const { api } = running.stack;
  const { version, config } = await api.config();
  const { forecast } = await api.dryRun(edit(config));
  await api.put({ base: version, config: edit(config), message: 'try' });
  await everybodyConnects();
  const moved = movesOf(before, shares);
  await api.put({ base: version + 1, config, message: 'back' });
  return { forecast, moved };
}

/** A few at a time: in a rush a region may be too slow for a client, who then is rightly served by another one. */
async function everybodyConnects(): Promise<void> {
  for (let first = 0; first < people.length; first += AT_ONCE)
    await Promise.all(people.slice(first, first + AT_ONCE).map(connects));
}

async function connects(person: Person): Promise<void> {
  const { place, address } = person;
  const options = { headers: { 'cf-connecting-ip': address }, reconnect: false };
  const client = await connectFrom(running.stack.url, place, options).catch(() => undefined);
  person.region = client?.region ?? NOT_SERVED;
  if (client !== undefined) person.connections += 1;
  await client?.close();
}

/** Of all connections, those of each person. */
function sharesOfConnections(): readonly number[] {
  const all = people.reduce((total, { connections }) => total + connections, 0);
  return people.map(({ connections }) => connections / all);
}

/** The clients that are elsewhere than before, by pair of regions and by country. */
function movesOf(before: readonly string[], shares: readonly number[]): readonly Move[] {
  const steps = people.map(({ place, region }, index) => ({
    from: before[index] ?? NOT_SERVED,
    to: region,
    country: place.country,
    share: shares[index] ?? 0,
  }));
  const flows = Map.groupBy(
    steps.filter(({ from, to }) => from !== to),
    ({ from, to }) => `${from} ${to}`,
  );
  return [...flows.values()].map((flow) => ({
    from: nullIfNot(flow[0]?.from),
    to: nullIfNot(flow[0]?.to),
    share: sum(flow),
    countries: [...Map.groupBy(flow, ({ country }) => country)].map(([country, group]) => ({
      country,
      share: sum(group),
    })),
  }));
}

function nullIfNot(region: string | undefined): string | null {
  return region === undefined || region === NOT_SERVED ? null : region;
}

function byPair(moves: readonly Move[]): readonly Omit<Move, 'countries'>[] {
  return moves
    .map(({ from, to, share }) => ({ from, to, share }))
    .toSorted((a, b) => (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1));
}

function nearly({ share, ...pair }: Omit<Move, 'countries'>) {
  return { ...pair, share: expect.closeTo(share, DIGITS) };
}

function sum(parts: readonly { readonly share: number }[]): number {
  return parts.reduce((total, { share }) => total + share, 0);
}

/** Whether a client from there would see that the data center keeps its choice of a region. */
async function hasChosen(place: Place): Promise<boolean> {
  const { colo, country } = cfOf(place);
  const { candidates } = await running.stack.api.route({ colo, country });
  return candidates.some(({ effects }) => effects.some(({ code }) => code === 'incumbent'));
}

function withRegion(id: Region, change: Partial<RegionConfig>): Edit {
  return (config) => ({
    ...config,
    regions: config.regions.map((region) => (region.id === id ? { ...region, ...change } : region)),
  });
}

function everywhere(change: Partial<RegionConfig>): Edit {
  return (config) => ({ ...config, regions: config.regions.map((region) => ({ ...region, ...change })) });
}
