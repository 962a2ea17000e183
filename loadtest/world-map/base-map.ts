// The map of the world that others draw on: sea, land and borders, and the shapes and colours that every map of ours
// has. As SVG text; the same input is the same text.

import { coastline } from './coastline.ts';
import { equalEarth, type Point, type Position, type Projection } from './projection.ts';

/** Where people live, from Svalbard to Cape Horn. */
const NORTH = 80;
const SOUTH = -57;

/** Rules for the style element; each holds within `.world-map` only, for maps that stand in a page. */
export const BASE_MAP_STYLE = `
.world-map text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:#1c2733}
.world-map .name{font-size:25px;font-weight:650}.world-map .score{font-size:15px;fill:#4a5a6a}
.world-map .key{font-size:13.5px}.world-map .paper{fill:#fff}
.world-map .sea{fill:#e3edf4}.world-map .land{fill:#fbfaf6;stroke:#b9c2c9;stroke-width:.7;stroke-linejoin:round}
.world-map .border{fill:none;stroke:#dcdfdf;stroke-width:.6}.world-map .frame{fill:none;stroke:#b9c7d2}
.world-map .client{stroke:#fff;stroke-width:1.1}.world-map .region{fill:#17263a;stroke:#fff;stroke-width:1.4}
.world-map .id{font-size:14px;font-weight:650;paint-order:stroke;stroke:#fff;stroke-width:3.5;stroke-linejoin:round}`;

export interface BaseMap {
  readonly projection: Projection;
  /** Clip what may run over the edge of the globe with `url(#globe)`. */
  readonly definitions: string;
  /** To be drawn within the clip. */
  readonly ground: string;
  readonly frame: string;
}

export function baseMap(place: {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}): BaseMap {
  const projection = equalEarth({ ...place, north: NORTH, south: SOUTH });
  const { land, borders } = coastline(projection);
  const outline = outlineOf(projection);
  return {
    projection,
    definitions: `<defs><clipPath id="globe"><path d="${outline}"/></clipPath></defs>`,
    ground: `<path class="sea" d="${outline}"/>
<path class="land" d="${land}"/>
<path class="border" d="${borders}"/>`,
    frame: `<path class="frame" d="${outline}"/>`,
  };
}

/** The edge of the part of the globe that is shown. */
function outlineOf({ project }: Projection): string {
  const latitudes = Array.from({ length: NORTH - SOUTH + 1 }, (_, index) => NORTH - index);
  const edge: readonly Position[] = [
    ...latitudes.map((latitude) => [180, latitude] as const),
    ...latitudes.toReversed().map((latitude) => [-180, latitude] as const),
  ];
  return `M${edge.map(project).map(at).join('L')}Z`;
}

/** The marker of a region. */
export function diamond([x, y]: Point): string {
  return `<path class="region" d="M${at([x, y - 10])}L${at([x + 10, y])}L${at([x, y + 10])}L${at([x - 10, y])}Z"/>`;
}

/** A tenth of a pixel is finer than the coastline. */
export function at([x, y]: Point): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
