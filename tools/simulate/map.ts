// A map of one simulated scenario, as SVG: every client coloured by its regret, the regions, and where the clients
// with a regret were sent.

import { BASE_MAP_STYLE, type BaseMap, baseMap, diamond } from '../../loadtest/world-map/base-map.ts';
import { escapeXml } from '../../loadtest/world-map/escape-xml.ts';
import { regionLabels } from '../../loadtest/world-map/map-labels.ts';
import { colourOfRegion } from '../../loadtest/world-map/region-look.ts';
import type { Coordinates } from '../../routing/coordinates.ts';
import { classOf, isBad, REGRET_CLASSES } from './map-regret.ts';
import type { ScenarioResult } from './result.ts';
import type { Choice } from './score.ts';
import type { Setup, SimulatedClient } from './setup.ts';

/** What a map is drawn of. */
export interface Mapped {
  readonly setup: Setup;
  readonly result: ScenarioResult;
  readonly choices: readonly Choice[];
}

const WIDTH = 1200;
const MARGIN = 24;
const TITLE_HEIGHT = 92;
const LEGEND_HEIGHT = 64;

const STYLE = `${BASE_MAP_STYLE}
.world-map .way{fill:none;stroke-width:1.3;opacity:.6}
.world-map .refused{fill:none;stroke:#5c6770;stroke-width:1.6}`;

/** Deterministic: the same result is the same text. */
export function drawMap(mapped: Mapped): string {
  const map = baseMap({ left: MARGIN, top: TITLE_HEIGHT, width: WIDTH - 2 * MARGIN });
  const legendTop = TITLE_HEIGHT + map.height;
  const height = Math.ceil(legendTop + LEGEND_HEIGHT);
  return `<svg xmlns="http://www.w3.org/2000/svg" class="world-map" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">
<style>${STYLE}</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
${titleOf(mapped.result)}
${map.ground}
${waysOf(mapped, map).join('\n')}
${map.frame}
${markersOf(mapped.setup, map).join('\n')}
${clientsOf(mapped, map).join('\n')}
${labelsOf(mapped.setup, map).join('\n')}
${legendOf(mapped, legendTop + LEGEND_HEIGHT / 2)}
</svg>
`;
}

function titleOf({ name, policies }: ScenarioResult): string {
  const { meridian, continent, country, nearest } = policies;
  const share = `${Math.round(meridian.bestShare * 100)}% of ${meridian.clients} clients are given their best region`;
  const controls = `continent table ${continent.meanRegretMs.toFixed(1)}, country table ${country.meanRegretMs.toFixed(1)}, nearest ${nearest.meanRegretMs.toFixed(1)} ms`;
  const regret = `mean regret ${meridian.meanRegretMs.toFixed(1)} ms, p95 ${meridian.p95RegretMs.toFixed(1)} ms`;
  return `<text class="name" x="${MARGIN}" y="42">${escapeXml(name)}</text>
<text class="score" x="${MARGIN}" y="68">${share}, ${regret} (${controls})</text>`;
}

/** From each client with a real regret to the region it was given. */
function waysOf({ setup, choices }: Mapped, { wayBetween }: BaseMap): readonly string[] {
  return choices.filter(isBad).flatMap((choice) => {
    const region = setup.regions.find(({ id }) => id === choice.chosen);
    if (region === undefined) return [];
    const path = wayBetween(choice.client, region);
    return [`<path class="way" stroke="${classOf(choice).colour}" d="${path}"/>`];
  });
}

/** The worst last, on top of their neighbours. */
function clientsOf({ setup, choices }: Mapped, { pointOf }: BaseMap): readonly string[] {
  const served = new Set<SimulatedClient>(choices.map(({ client }) => client));
  const refused = setup.clients.filter((client) => !served.has(client));
  return [
    ...refused.map((client) => dot(client, 'class="refused" r="4"', `${client.id}: refused`)),
    ...choices
      .toSorted((a, b) => a.regretMs - b.regretMs)
      .map((choice) => {
        const { colour, radius } = classOf(choice);
        return dot(choice.client, `class="client" fill="${colour}" r="${radius}"`, hoverText(choice));
      }),
  ];

  function dot(place: Coordinates, attributes: string, title: string): string {
    const [x, y] = pointOf(place);
    return `<circle ${attributes} cx="${x.toFixed(1)}" cy="${y.toFixed(1)}"><title>${escapeXml(title)}</title></circle>`;
  }
}

function hoverText({ client, chosen, chosenMs, best, bestMs, regretMs }: Choice): string {
  const { id, country } = client;
  const went = `${id} (${country}): ${chosen} in ${chosenMs.toFixed(1)} ms`;
  return regretMs === 0 ? `${went}, the best` : `${went}, best ${best} in ${bestMs.toFixed(1)} ms`;
}

function markersOf({ regions }: Setup, { pointOf }: BaseMap): readonly string[] {
  const order = regions.map(({ id }) => id);
  return regions.map((region) => diamond(pointOf(region), colourOfRegion(region.id, order)));
}

function labelsOf({ regions, clients }: Setup, { pointOf }: BaseMap): readonly string[] {
  const markers = regions.map((region) => ({ text: region.id, at: pointOf(region) }));
  return regionLabels(markers, clients.map(pointOf));
}

/** Room for one entry of the legend. */
const KEY_WIDTH = 166;

function legendOf({ setup, choices }: Mapped, middle: number): string {
  const refused = setup.clients.length - choices.length;
  const left = (index: number) => MARGIN + 8 + index * KEY_WIDTH;
  const keys = REGRET_CLASSES.map((each, index) => {
    const count = choices.filter((choice) => classOf(choice) === each).length;
    return `<circle class="client" fill="${each.colour}" r="${each.radius}" cx="${left(index)}" cy="${middle}"/>${label(index, `${each.title}: ${count}`)}`;
  });
  const next = REGRET_CLASSES.length;
  return [
    ...keys,
    `${diamond([left(next), middle])}${label(next, 'region')}`,
    ...(refused === 0
      ? []
      : [
          `<circle class="refused" r="4" cx="${left(next + 1)}" cy="${middle}"/>${label(next + 1, `refused: ${refused}`)}`,
        ]),
  ].join('\n');

  function label(index: number, text: string): string {
    return `<text class="key" x="${left(index) + 14}" y="${middle + 4.5}">${escapeXml(text)}</text>`;
  }
}
