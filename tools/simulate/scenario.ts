// A scenario: regions, clients, and the round trip that was measured between each two. Its file format, checked.
// Pure; scenario-files.ts reads the files.

import * as v from 'valibot';
import { findJsonSyntaxError } from '../../regions/json-syntax.ts';
import { describeProblem } from '../../regions/problems.ts';
import { RegionSchema } from '../../regions/schema.ts';
import { problemsOfIssue } from '../../regions/schema-problems.ts';
import type { Coordinates } from '../../routing/coordinates.ts';

/** A region of a scenario. */
export interface ScenarioRegion extends Coordinates {
  readonly id: string;
}

/** A place that clients connect from. */
export interface ScenarioClient extends Coordinates {
  readonly id: string;
  /** ISO 3166 alpha-2. */
  readonly country: string;
  /** As `request.cf.continent` writes it: AF, AN, AS, EU, NA, OC or SA. */
  readonly continent: string;
  /** Measured round trip in ms to every region of the scenario, by the region's id. */
  readonly rttMs: ReadonlyMap<string, number>;
}

export interface Scenario {
  readonly name: string;
  readonly regions: readonly ScenarioRegion[];
  readonly clients: readonly ScenarioClient[];
  /** What in the file was left out, and why. */
  readonly notes: readonly string[];
}

/** Either a scenario or everything that is wrong with the text. */
export type ParsedScenario =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly problems: readonly string[] };

const text = v.pipe(v.string(), v.minLength(1));
const latitude = v.pipe(v.number(), v.minValue(-90), v.maxValue(90));
const longitude = v.pipe(v.number(), v.minValue(-180), v.maxValue(180));

/** Other fields, such as the hosts of a region, document where the numbers come from and are ignored. */
const ScenarioSchema = v.object({
  name: text,
  regions: v.pipe(v.array(v.object({ id: RegionSchema.entries.id, latitude, longitude })), v.minLength(1)),
  clients: v.pipe(
    v.array(
      v.object({
        id: text,
        country: v.string(),
        continent: v.string(),
        latitude,
        longitude,
        // null where nothing was measured.
        rttMs: v.record(v.string(), v.nullable(v.pipe(v.number(), v.minValue(0)))),
      }),
    ),
    v.minLength(1),
  ),
});

type ScenarioFile = v.InferOutput<typeof ScenarioSchema>;

/** Checks the text of a scenario file. */
export function parseScenario(fileText: string): ParsedScenario {
  let input: unknown;
  try {
    input = JSON.parse(fileText);
  } catch {
    // The engines' messages differ, so the position is found in the text itself.
    const { line, column, expected } = findJsonSyntaxError(fileText) ?? {
      line: 1,
      column: 1,
      expected: 'JSON',
    };
    return { ok: false, problems: [`not JSON: line ${line}, column ${column} should be ${expected}.`] };
  }
  const parsed = v.safeParse(ScenarioSchema, input);
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.issues.flatMap((issue) => problemsOfIssue(issue).map(describeProblem)),
    };
  }
  const problems = contradictionsIn(parsed.output);
  if (problems.length > 0) return { ok: false, problems };
  return withMeasuredClients(parsed.output);
}

function contradictionsIn({ regions, clients }: ScenarioFile): string[] {
  const known = new Set(regions.map(({ id }) => id));
  const unknown = clients.flatMap(({ id, rttMs }, index) =>
    Object.keys(rttMs)
      .filter((region) => !known.has(region))
      .map((region) => `clients[${index}].rttMs (${id}): there is no region "${region}" in this scenario.`),
  );
  return [...repeated('regions', regions), ...repeated('clients', clients), ...unknown];
}

function repeated(list: string, items: readonly { readonly id: string }[]): string[] {
  const first = new Map<string, number>();
  return items.flatMap(({ id }, index) => {
    const before = first.get(id);
    if (before !== undefined)
      return [`${list}[${index}].id: "${id}" is already the id of ${list}[${before}].`];
    first.set(id, index);
    return [];
  });
}

/** Keeps the clients for which every choice can be scored. */
function withMeasuredClients({ name, regions, clients }: ScenarioFile): ParsedScenario {
  const measured: ScenarioClient[] = [];
  const incomplete: string[] = [];
  for (const { id, country, continent, latitude, longitude, rttMs } of clients) {
    const found = regions.flatMap((region) => {
      const ms = Object.hasOwn(rttMs, region.id) ? rttMs[region.id] : undefined;
      return typeof ms === 'number' ? [[region.id, ms] as const] : [];
    });
    if (found.length < regions.length) incomplete.push(id);
    else measured.push({ id, country, continent, latitude, longitude, rttMs: new Map(found) });
  }
  if (measured.length === 0) {
    return { ok: false, problems: ['clients: none has a round trip (rttMs) to every region.'] };
  }
  const notes =
    incomplete.length === 0
      ? []
      : [`left out, because they have no round trip to some region: clients ${incomplete.join(', ')}`];
  const places = regions.map(({ id, latitude, longitude }) => ({ id, latitude, longitude }));
  return { ok: true, scenario: { name, regions: places, clients: measured, notes } };
}
