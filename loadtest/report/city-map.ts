// The world with the cities of the clients, coloured by their latency, and the regions that served them, each with lines
// of its own colour.

import { BASE_MAP_STYLE, type BaseMap, baseMap, diamond } from '../world-map/base-map.ts';
import { escapeXml } from '../world-map/escape-xml.ts';
import { regionLabels } from '../world-map/map-labels.ts';
import { colourOfRegion } from '../world-map/region-look.ts';
import type { Chart } from './chart-style.ts';
import { formatMs } from './format-value.ts';
import { classesFor, type LatencyClass } from './latency-classes.ts';
import type { CityLatency, Summary } from './summary.ts';
import { nameOf } from './text-report.ts';

const WIDTH = 1200;
const MARGIN = 24;
const TITLE_HEIGHT = 92;
const LEGEND_HEIGHT = 64;

/** Room for one entry of the legend. */
const KEY_WIDTH = 166;

const STYLE = `${BASE_MAP_STYLE}
.world-map .way{fill:none;stroke-width:1.1;opacity:.6}`;

export interface PlacedRegion {
  readonly id: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly colour: string;
}

/** undefined when no city is known. */
export function drawCityMap(summary: Summary): Chart | undefined {
  const { cities } = summary;
  const [first] = cities;
  if (first === undefined) return undefined;
  const title = `Cities of the clients: ${nameOf(first.metric)}, median`;
  const map = baseMap({ left: MARGIN, top: TITLE_HEIGHT, width: WIDTH - 2 * MARGIN });
  const regions = placed(summary);
  const classes = classesFor(cities.map(({ p50 }) => p50));
  const legendTop = TITLE_HEIGHT + map.height;
  const height = Math.ceil(legendTop + LEGEND_HEIGHT);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" class="world-map" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">
<style>${STYLE}</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
<text class="name" x="${MARGIN}" y="42">${escapeXml(title)}</text>
<text class="score" x="${MARGIN}" y="68">${escapeXml(standing(summary))}</text>
${map.ground}
${ways(cities, regions, map).join('\n')}
${map.frame}
${regions.map((region) => diamond(map.pointOf(region), region.colour)).join('\n')}
${dots(cities, classes, map).join('\n')}
${labels(cities, regions, map).join('\n')}
${legend(cities, classes, legendTop + LEGEND_HEIGHT / 2)}
</svg>
`;
  return { name: 'cities', title, svg, isMap: true };
}

function standing({ local, wan, cities }: Summary): string {
  const where = `${cities.length} cities, each with a line to the region that served it`;
  if (!local) return where;
  return wan
    ? `${where}; all on one machine, with the latency of real distances added to its links`
    : `${where}; all on one machine, so the latency is the software's alone`;
}

/** The regions whose place is known. */
export function placed({ regions }: Summary): readonly PlacedRegion[] {
  const order = regions.map(({ id }) => id);
  return regions.flatMap(({ id, latitude, longitude }) =>
    latitude === null || longitude === null
      ? []
      : [{ id, latitude, longitude, colour: colourOfRegion(id, order) }],
  );
}

function ways(
  cities: readonly CityLatency[],
  regions: readonly PlacedRegion[],
  { wayBetween }: BaseMap,
): readonly string[] {
  return cities.flatMap((city) => {
    const region = regions.find(({ id }) => id === city.region);
    return region === undefined
      ? []
      : [`<path class="way" style="stroke:${region.colour}" d="${wayBetween(city, region)}"/>`];
  });
}

/** The slowest last, on top of their neighbours. */
function dots(
  cities: readonly CityLatency[],
  classes: readonly LatencyClass[],
  { pointOf }: BaseMap,
): readonly string[] {
  return cities
    .toSorted((a, b) => a.p50 - b.p50)
    .map((place) => {
      const { city, region, p50, p95 } = place;
      const [x, y] = pointOf(place);
      const look = classOf(p50, classes);
      const text = `${city}: ${region ?? 'no region'}, p50 ${formatMs(p50)}, p95 ${formatMs(p95)}`;
      return `<circle class="client" fill="${look?.colour}" r="${look?.radius}" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}"><title>${escapeXml(text)}</title></circle>`;
    });
}

function labels(
  cities: readonly CityLatency[],
  regions: readonly PlacedRegion[],
  { pointOf }: BaseMap,
): readonly string[] {
  const markers = regions.map((region) => ({ text: region.id, at: pointOf(region) }));
  return regionLabels(markers, cities.map(pointOf));
}

function legend(cities: readonly CityLatency[], classes: readonly LatencyClass[], middle: number): string {
  const left = (index: number) => MARGIN + 8 + index * KEY_WIDTH;
  const keys = classes.map((each, index) => {
    const count = cities.filter(({ p50 }) => classOf(p50, classes) === each).length;
    const dot = `<circle class="client" fill="${each.colour}" r="${each.radius}" cx="${left(index)}" cy="${middle}"/>`;
    return dot + key(index, `${each.title}: ${count}`);
  });
  return [...keys, diamond([left(classes.length), middle]) + key(classes.length, 'region')].join('\n');

  function key(index: number, text: string): string {
    return `<text class="key" x="${left(index) + 14}" y="${middle + 4.5}">${escapeXml(text)}</text>`;
  }
}

function classOf(latencyMs: number, classes: readonly LatencyClass[]): LatencyClass | undefined {
  return classes.find(({ belowMs }) => latencyMs < belowMs);
}
