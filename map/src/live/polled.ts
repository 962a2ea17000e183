// Where there is no `GET /api/live`: the regions and their links, asked every other second. Places are not known then.

import type { LiveSnapshot } from '../../../api/live.ts';
import type { Mesh } from '../../../api/mesh.ts';
import { PATHS } from '../../../api/paths.ts';
import type { RegionViews } from '../../../api/regions.ts';
import { call } from '../call.ts';

const EVERY_MS = 2_000;

/** Until something does not answer, which it rejects with, or whoever looks has gone. */
export async function poll(
  token: string | undefined,
  onSnapshot: (snapshot: LiveSnapshot) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const [{ version, regions }, { links }] = await Promise.all([
      call<RegionViews>(PATHS.regions, { token, signal }),
      call<Mesh>(PATHS.mesh, { token, signal }),
    ]);
    // What a token may change is not told here: who tries what it may not is told then.
    const level = token === undefined ? 'public' : 'admin';
    onSnapshot({ kind: 'snapshot', level, build: null, at: Date.now(), version, regions, links, places: [] });
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}
