// Reads the measured data (`rtt/` and `scenarios/` of the data folder) into pairs of places. Pure: text in, data out.

import type { Coordinates } from '../../routing/coordinates.ts';
import { distanceKm } from '../../routing/distance.ts';
import { FIBRE_MS_PER_1000_KM } from '../../routing/latency/model.ts';

/** A measured RTT. */
export interface Measurement {
  readonly from: Coordinates;
  readonly to: Coordinates;
  readonly ms: number;
}

/** Clients and regions with what was measured between them, as in data/scenarios. */
export interface Scenario {
  readonly name: string;
  readonly regions: readonly (Coordinates & { readonly id: string })[];
  readonly clients: readonly (Coordinates & {
    readonly id: string;
    readonly country: string;
    readonly continent: string;
    readonly rttMs: Readonly<Record<string, number>>;
  })[];
}

/** Gives a file's text by its path in the data folder. */
export type ReadFile = (path: string) => string;

/** Names of the data sets, and of the scenario made from each. */
export const DATA_SETS = [
  { name: 'cloudflare', scenario: 'cloudflare-d1-6hint-mean' },
  { name: 'azure', scenario: 'azure-2026' },
  { name: 'skyplane', scenario: 'skyplane-2022' },
] as const;

export function readScenario(read: ReadFile, name: string): Scenario {
  return JSON.parse(read(`scenarios/${name}.json`)) as Scenario;
}

/** The VMs that stand for the regions of the skyplane scenario, which names them only by hint. */
const SKYPLANE_HOSTS: Readonly<Record<string, string>> = {
  wnam: 'aws:us-west-1',
  enam: 'aws:us-east-1',
  sam: 'aws:sa-east-1',
  weur: 'aws:eu-west-2',
  eeur: 'gcp:europe-central2',
  apac: 'aws:ap-southeast-1',
  oc: 'aws:ap-southeast-2',
  afr: 'azure:southafricanorth',
  me: 'aws:me-south-1',
};

/** Every pair of each data set, by its name. */
export function readMeasurements(read: ReadFile): ReadonlyMap<string, readonly Measurement[]> {
  return new Map([
    ['cloudflare', possible(readCloudflare(read))],
    ['azure', possible(readAzure(read))],
    ['skyplane', possible(readSkyplane(read))],
  ]);
}

/** Skyplane's file has rows from GCP that belong to another pair: they are faster than light. */
function possible(measurements: readonly Measurement[]): Measurement[] {
  return measurements.filter(
    ({ from, to, ms }) => ms > 0 && ms >= (distanceKm(from, to) * FIBRE_MS_PER_1000_KM) / 1000,
  );
}

function readCloudflare(read: ReadFile): Measurement[] {
  const places = new Map(
    rowsOf(read('places/cloudflare-colos.csv')).map((row) => [
      row[0] ?? '',
      { latitude: Number(row.at(-2)), longitude: Number(row.at(-1)) },
    ]),
  );
  return rowsOf(read('rtt/cloudflare-d1-colo-rtt.csv')).flatMap(([worker = '', host = '', , ms]) =>
    measurement(places.get(worker), places.get(host), Number(ms)),
  );
}

function readAzure(read: ReadFile): Measurement[] {
  const coordinates = JSON.parse(read('rtt/azure-region-coordinates.json')) as Record<
    string,
    { readonly lat: number; readonly lon: number; readonly displayName: string }
  >;
  const places = new Map(
    Object.values(coordinates).map(({ lat, lon, displayName }) => [
      displayName,
      { latitude: lat, longitude: lon },
    ]),
  );
  const text = read('rtt/azure-2026-03.csv');
  const [, ...columns] = (text.split('\n')[0] ?? '').trim().split(',');
  return rowsOf(text).flatMap(([source = '', ...cells]) =>
    columns.flatMap((column, i) => measurement(places.get(source), places.get(column), Number(cells[i]))),
  );
}

/** One measurement a pair, the slower of its two directions: see `possible`. */
function readSkyplane(read: ReadFile): Measurement[] {
  const { regions, clients } = readScenario(read, 'skyplane-2022');
  const places = new Map<string, Coordinates>([
    ...clients.map((client) => [client.id, client] as const),
    ...regions.map((region) => [SKYPLANE_HOSTS[region.id] ?? '', region] as const),
  ]);
  const slowest = new Map<string, Measurement>();
  for (const [source = '', , , destination = '', , , minimum] of rowsOf(read('rtt/skyplane-2022-04.csv'))) {
    const ends = [source, destination].map((name) => name.replace(/(gcp:.*\d)-[a-z]$/, '$1')).sort();
    for (const found of measurement(places.get(ends[0] ?? ''), places.get(ends[1] ?? ''), Number(minimum))) {
      if (found.ms > (slowest.get(ends.join())?.ms ?? 0)) slowest.set(ends.join(), found);
    }
  }
  return [...slowest.values()];
}

/** None when a place isn't known, the cell is empty, or it is the place itself. */
function measurement(from: Coordinates | undefined, to: Coordinates | undefined, ms: number): Measurement[] {
  if (from === undefined || to === undefined || from === to || !(ms > 0)) return [];
  return [{ from, to, ms }];
}

/** The cells of each line after the first. No cell of these files but a colo's name holds a comma. */
function rowsOf(csv: string): string[][] {
  return csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(','));
}
