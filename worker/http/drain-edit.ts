// Sets or clears `drain` of a region in the configuration, as an edit like any other: checked, stored, published.

import { deployedConfig } from '../config/active-config.ts';
import { ontoDeployed } from '../config/onto-deployed.ts';
import { configStore } from '../config/store-stub.ts';
import { type NotifyRegions, takeOver } from './config-api.ts';
import type { EdgeContext } from './edge-context.ts';
import { editAnswer } from './edit-answer.ts';

export interface DrainEdit {
  readonly request: Request;
  readonly edge: EdgeContext;
  readonly actor: string;
  readonly region: string;
  readonly drain: boolean;
  readonly notifyRegions: NotifyRegions;
}

/** Undefined when it is done or needs no store; the refusal otherwise. `?force=true` takes the last region too. */
export async function setDrain(edit: DrainEdit): Promise<Response | undefined> {
  const { request, edge, actor, region, drain, notifyRegions } = edit;
  const store = configStore(edge.env);
  if (store === undefined) return undefined;
  const deployed = deployedConfig(edge.env);
  const stored = await store.current();
  const config = stored === undefined ? deployed : ontoDeployed(stored.config, deployed);
  if (config.regions.every((each) => each.id !== region || each.drain === drain)) return undefined;
  const regions = config.regions.map((each) => (each.id === region ? { ...each, drain } : each));
  const address = request.headers.get('cf-connecting-ip');
  const asked = {
    base: stored?.version ?? 0,
    config: { ...config, regions },
    message: `${drain ? 'drain' : 'undrain'} ${region}`,
    author: actor,
    force: new URL(request.url).searchParams.get('force') === 'true',
    deployed,
    ...(address !== null && { address }),
  };
  const outcome = await store.put(asked);
  if (outcome.kind !== 'stored') return editAnswer(outcome, asked);
  takeOver(outcome, edge, notifyRegions);
  return undefined;
}
