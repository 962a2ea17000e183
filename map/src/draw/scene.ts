// What the map shows at this moment, whether it is live, of the recording, or proposed.

import type { LivePlace } from '../../../api/live.ts';
import type { MeshLink } from '../../../api/mesh.ts';
import type { Trace } from '../../../api/trace.ts';
import type { Coordinates } from '../../../routing/coordinates.ts';
import type { Arc } from '../forecast/arcs.ts';

export interface SceneRegion extends Coordinates {
  readonly id: string;
  /** Its own, the same in every chart, map and report. */
  readonly colour: string;
}

export interface SceneLink extends Pick<MeshLink, 'a' | 'b' | 'state' | 'rttMs'> {
  /** Bytes a second; null if unknown. */
  readonly rate: number | null;
}

export interface Scene {
  readonly regions: readonly SceneRegion[];
  readonly links: readonly SceneLink[];
  readonly places: readonly LivePlace[];
  /** The one whose links are told apart. */
  readonly selected: string | undefined;
  /** Ranked regions of a place, best first. */
  readonly decision:
    | { readonly at: Coordinates; readonly ranked: readonly string[]; readonly isServed: boolean }
    | undefined;
  readonly arcs: readonly Arc[];
  readonly hops: Trace['hops'];
}
