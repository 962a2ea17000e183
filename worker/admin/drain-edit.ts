// Sets or clears `drain` of a region in the configuration, as an edit like any other: checked, stored, published.
// With `?base=N` it is refused if N is no longer the current version; without, it is made from whatever is.

import { deployedConfig } from '../config/active-config.ts';
import { ontoDeployed } from '../config/onto-deployed.ts';
import { configStore } from '../config/store-stub.ts';
import type { EdgeContext } from '../edge-context.ts';
import { errorResponse } from '../error-response.ts';
import { type NotifyRegions, takeOver } from './config-api.ts';
import { editAnswer } from './edit-answer.ts';

const WHOLE_NUMBER = /^(0|[1-9][0-9]{0,14})$/;

export interface DrainEdit {
  readonly request: Request;
  readonly edge: EdgeContext;
  readonly actor: string;
  readonly region: string;
  readonly drain: boolean;
  readonly notifyRegions: NotifyRegions;
}

/** Undefined when it is done or needs no store or edit; the refusal otherwise. `?force=true` takes the last region too. */
export async function setDrain(edit: DrainEdit): Promise<Response | undefined> {
  const { request, edge, actor, region, drain, notifyRegions } = edit;
  const query = new URL(request.url).searchParams;
  const base = query.get('base');
  if (base !== null && !WHOLE_NUMBER.test(base)) {
    return errorResponse(400, 'bad_request', 'base is the number of a version, a whole one from 0');
  }
  const store = configStore(edge.env);
  if (store === undefined) return undefined;
  const deployed = deployedConfig(edge.env);
  const stored = await store.current();
  const config = stored === undefined ? deployed : ontoDeployed(stored.config, deployed);
  if (config.regions.every((each) => each.id !== region || each.drain === drain)) return undefined;
  const regions = config.regions.map((each) => (each.id === region ? { ...each, drain } : each));
  const address = request.headers.get('cf-connecting-ip');
  const asked = {
    base: base === null ? (stored?.version ?? 0) : Number(base),
    config: { ...config, regions },
    message: `${drain ? 'drain' : 'undrain'} ${region}`,
    author: actor,
    force: query.get('force') === 'true',
    deployed,
    ...(address !== null && { address }),
  };
  const outcome = await store.put(asked);
  if (outcome.kind !== 'stored') return editAnswer(outcome, asked);
  takeOver(outcome, edge, notifyRegions);
  return undefined;
}
