// The world with the regions that lost clients: an arrow to each region that served them again, as wide as they were
// many, with the time that they were without service.

import { BASE_MAP_STYLE, type BaseMap, baseMap, diamond, type Point } from '../world-map/base-map.ts';
import { escapeXml } from '../world-map/escape-xml.ts';
import { regionLabels } from '../world-map/map-labels.ts';
import { colourOfRegion } from '../world-map/region-look.ts';
import type { Chart } from './chart-style.ts';
import { type PlacedRegion, placed } from './city-map.ts';
import { formatCount, formatMs } from './format-value.ts';
import type { Figures, Summary } from './summary.ts';

const WIDTH = 1200;
const MARGIN = 24;
const TITLE_HEIGHT = 92;
const ROW_HEIGHT = 26;
const COLUMNS = 2;

/** Pixels, of one client and of the most. */
const NARROW = 2;
const WIDE = 7;

/** Of a ring around a region whose clients came back to it. */
const RING = 17;

/** Of the head of an arrow, and its distance from the middle of its region. */
const HEAD = 13;
const AWAY = 12;

/** An arrow, and the distance of its label above it. */
const SHORT = 160;
const ABOVE = 17;

/** Between points of an arrow that names should not cover. */
const STEP = 12;

const STYLE = `${BASE_MAP_STYLE}
.world-map .move{fill:none;stroke-linecap:round;opacity:.85}
.world-map .time{font-size:14px;font-weight:650;paint-order:stroke;stroke:#fff;stroke-width:4;stroke-linejoin:round}`;

interface Move {
  readonly from: string;
  readonly to: string;
  readonly times: Figures;
  readonly colour: string;
}

/** undefined when no client was served again. */
export function drawFailoverMap(summary: Summary): Chart | undefined {
  const moves = movesOf(summary);
  const regions = placed(summary);
  if (moves.length === 0 || regions.length === 0) return undefined;
  const title = 'Where the clients of lost regions went, and how long they were without service';
  const map = baseMap({ left: MARGIN, top: TITLE_HEIGHT, width: WIDTH - 2 * MARGIN });
  const most = Math.max(...moves.map(({ times }) => times.count));
  const listTop = TITLE_HEIGHT + map.height + 34;
  const height = Math.ceil(listTop + Math.ceil(moves.length / COLUMNS) * ROW_HEIGHT);
  const drawn = moves.map((move) => drawMove(move, { regions, map, most }));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" class="world-map" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">
<style>${STYLE}</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
<text class="name" x="${MARGIN}" y="42">${escapeXml(title)}</text>
<text class="score" x="${MARGIN}" y="68">Each arrow has the colour of the region that was lost, and the median time without service</text>
${map.ground}
${map.frame}
${drawn.map(({ path }) => path).join('\n')}
${regions.map((region) => diamond(map.pointOf(region), region.colour)).join('\n')}
${regionLabels(
  regions.map((region) => ({ text: region.id, at: map.pointOf(region) })),
  drawn.flatMap(({ covers }) => covers),
).join('\n')}
${drawn.map(({ text }) => text).join('\n')}
${moves.map((move, index) => row(move, index, listTop)).join('\n')}
</svg>
`;
  return { name: 'failover', title, svg, isMap: true };
}

/** Those of most clients first. */
function movesOf({ metrics, regions }: Summary): readonly Move[] {
  const order = regions.map(({ id }) => id);
  // Of this metric the first of a pair is the region before, and the second the one after.
  return Object.entries(metrics.nats_outage?.by.pair ?? {})
    .map(([pair, times]) => {
      const [from = '', to = ''] = pair.split(' < ');
      return { from, to, times, colour: colourOfRegion(from, order) };
    })
    .filter(({ to }) => to !== '')
    .toSorted((a, b) => b.times.count - a.times.count);
}

interface Drawing {
  readonly regions: readonly PlacedRegion[];
  readonly map: BaseMap;
  readonly most: number;
}

interface Drawn {
  readonly path: string;
  readonly text: string;
  /** What it covers, that the regions' names should not. */
  readonly covers: readonly Point[];
}

/** Nothing of a region whose place is unknown; the list below the map has it. */
function drawMove({ from, to, times, colour }: Move, { regions, map, most }: Drawing): Drawn {
  const [start, end] = [from, to].map((id) => regions.find((region) => region.id === id));
  if (start === undefined || end === undefined) return { path: '', text: '', covers: [] };
  const width = (NARROW + ((WIDE - NARROW) * times.count) / most).toFixed(1);
  const look = `class="move" style="stroke:${colour};stroke-width:${width}"`;
  const [x, y] = map.pointOf(start);
  if (start === end) {
    const at: Point = [x, y - RING - 10];
    const path = `<circle ${look} cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${RING}"/>`;
    return { path, text: label(at, times), covers: [at] };
  }
  const [endX, endY] = map.pointOf(end);
  const [middleX, middleY] = map.middleBetween(start, end);
  // Over a short arrow nothing of it would be left.
  const isShort = Math.hypot(endX - x, endY - y) < SHORT;
  const at: Point = [middleX, isShort ? middleY - ABOVE : middleY];
  const way = map.wayBetween(start, end);
  const points = pointsOf(way);
  return {
    path: `<path ${look} d="${way}"/>${head(points, [endX, endY], colour)}`,
    text: label(at, times),
    covers: [at, ...points.flatMap((point, index) => between(points[index - 1] ?? point, point))],
  };
}

/** Of the data of a path that has nothing but lines. */
function pointsOf(way: string): readonly Point[] {
  return way
    .split(/[ML]/)
    .slice(1)
    .map((text) => {
      const [x = 0, y = 0] = text.split(',').map(Number);
      return [x, y];
    });
}

/** Some points on a straight line, with its end. */
function between([fromX, fromY]: Point, [toX, toY]: Point): readonly Point[] {
  const steps = Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY) / STEP));
  return Array.from({ length: steps }, (_, index) => {
    const share = (index + 1) / steps;
    return [fromX + (toX - fromX) * share, fromY + (toY - fromY) * share];
  });
}

/** A triangle at the end of the way, in the direction from which it arrives. */
function head(points: readonly Point[], [x, y]: Point, colour: string): string {
  const before = points.findLast(([px, py]) => Math.hypot(px - x, py - y) > AWAY + HEAD) ?? points[0];
  if (before === undefined) return '';
  const angle = (Math.atan2(y - before[1], x - before[0]) * 180) / Math.PI;
  const tip = -AWAY;
  const d = `M${tip},0L${tip - HEAD},${HEAD / 2}L${tip - HEAD},${-HEAD / 2}Z`;
  return `<path style="fill:${colour}" d="${d}" transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${angle.toFixed(1)})"/>`;
}

function label([x, y]: Point, { p50 }: Figures): string {
  return `<text class="time" text-anchor="middle" x="${x.toFixed(1)}" y="${(y + 5).toFixed(1)}">${formatMs(p50)}</text>`;
}

function row({ from, to, times, colour }: Move, index: number, top: number): string {
  const x = MARGIN + 8 + (index % COLUMNS) * ((WIDTH - 2 * MARGIN) / COLUMNS);
  const y = top + Math.floor(index / COLUMNS) * ROW_HEIGHT;
  const clients = `${formatCount(times.count)} ${times.count === 1 ? 'client' : 'clients'}`;
  const where = from === to ? `${from} and back to it` : `${from} to ${to}`;
  const text = `${where}: ${clients}, ${formatMs(times.p50)} at p50, ${formatMs(times.max)} at most`;
  return `<rect x="${x}" y="${y - 10}" width="14" height="10" rx="2" style="fill:${colour}"/><text class="key" x="${x + 22}" y="${y}">${escapeXml(text)}</text>`;
}
