// Sets or clears `drain` of a region in the configuration, by an edit like any other. With `?base=N` it is refused
// if N is no longer the current version; without `base`, it starts from the current version.

import { deployedConfig } from '../config/active-config.ts';
import { standingOf } from '../config/edit-rules.ts';
import { configStore } from '../config/store-stub.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { type Author, edit, type Signature } from './edit.ts';
import { fromStore } from './from-store.ts';

const WHOLE_NUMBER = /^(0|[1-9][0-9]{0,14})$/;

export interface DrainEdit {
  readonly request: Request;
  readonly edge: EdgeContext;
  readonly author: Author;
  readonly region: string;
  readonly drain: boolean;
  /** Called once the region has this `drain`, newly or already, or if there is no store to change it in. */
  readonly answer: () => Promise<Response>;
}

/** `?force=true` drains even the last region. */
export async function setDrain(asked: DrainEdit): Promise<Response> {
  const { request, edge, author, region, drain, answer } = asked;
  const query = new URL(request.url).searchParams;
  const base = query.get('base');
  if (base !== null && !WHOLE_NUMBER.test(base)) {
    return errorResponse('bad_request', 'base is the number of a version, a whole one from 0');
  }
  const store = configStore(edge.env);
  if (store === undefined) return answer();
  return fromStore(
    () => store.current(),
    (stored) => {
      const { version, config } = standingOf(stored, deployedConfig(edge.env));
      if (config.regions.every((each) => each.id !== region || each.drain === drain)) return answer();
      const proposed = {
        base: base === null ? version : Number(base),
        config: {
          ...config,
          regions: config.regions.map((each) => (each.id === region ? { ...each, drain } : each)),
        },
        message: `${drain ? 'drain' : 'undrain'} ${region}`,
        force: query.get('force') === 'true',
      };
      const ask = (signature: Signature) => store.put({ ...proposed, ...signature });
      return edit({ edge, author, asked: proposed, ask, answer });
    },
  );
}
