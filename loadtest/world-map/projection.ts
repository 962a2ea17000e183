// From the globe to paper: the Equal Earth projection (Savric, Patterson, Jenny 2018), which shows areas in their
// true proportion.

const A1 = 1.340264;
const A2 = -0.081106;
const A3 = 0.000893;
const A4 = 0.003796;
const M = Math.sqrt(3) / 2;
const RADIANS = Math.PI / 180;

/** A point on paper: x to the right, y down, in pixels. */
export type Point = readonly [x: number, y: number];

/** A point on the globe as GeoJSON has it: degrees east, degrees north. Longitudes beyond 180 go on to the right. */
export type Position = readonly [longitude: number, latitude: number];

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  /** Latitudes at the edges: what lies beyond is cut off. */
  readonly north: number;
  readonly south: number;
}

export interface Projection {
  readonly height: number;
  project(position: Position): Point;
}

/** The whole width of the globe, scaled to the frame. */
export function equalEarth({ left, top, width, north, south }: Frame): Projection {
  const [rightmost] = raw([180, 0]);
  const scale = width / (2 * rightmost);
  const [, topY] = raw([0, north]);
  const [, bottomY] = raw([0, south]);
  return {
    height: (topY - bottomY) * scale,
    project: (position) => {
      const [x, y] = raw(position);
      return [left + width / 2 + x * scale, top + (topY - y) * scale];
    },
  };
}

function raw([longitude, latitude]: Position): Point {
  const l = Math.asin(M * Math.sin(latitude * RADIANS));
  const l2 = l * l;
  const l6 = l2 * l2 * l2;
  const x = (longitude * RADIANS * Math.cos(l)) / (M * (A1 + 3 * A2 * l2 + l6 * (7 * A3 + 9 * A4 * l2)));
  return [x, l * (A1 + A2 * l2 + l6 * (A3 + A4 * l2))];
}
