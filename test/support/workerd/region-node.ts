// A region's own object, with a fake container: everything else in it is as deployed.

import type { DurableObject } from 'cloudflare:workers';
import { ownRegions, type RegionConfig } from '../../../regions/config.ts';
import checkedIn from '../../../regions/regions.json' with { type: 'json' };
import { activeConfig } from '../../../worker/config/active-config.ts';
import type { Env } from '../../../worker/env.ts';
import { NatsRegion } from '../../../worker/region/nats-region.ts';
import { FakeContainer } from './fake-container.ts';

declare global {
  namespace Cloudflare {
    interface Env {
      readonly REGION_NODE: DurableObjectNamespace<RegionNode>;
    }
  }
}

const REGION = 'oc';

/** The only region, so that its mesh has no peers. */
const CONFIG = {
  ...checkedIn,
  defaultRegion: REGION,
  regions: checkedIn.regions.filter(({ id }) => id === REGION),
};

export class RegionNode extends NatsRegion {
  static override readonly region = REGION;

  constructor(ctx: DurableObject['ctx'], env: Env & Pick<Cloudflare.Env, 'REGION_NODE'>) {
    // A new object finds the container that the last one left, as in production.
    const container = containers.get(ctx.id.toString()) ?? new FakeContainer();
    containers.set(ctx.id.toString(), container);
    Object.defineProperty(ctx, 'container', { value: container });
    // Its members are objects of the same class.
    super(ctx, { ...env, REGION_OC: env.REGION_NODE, MERIDIAN_CONFIG: JSON.stringify(CONFIG) } as Env);
  }

  /** As an edit of its region's configuration does. */
  async reconfigure(change: Partial<RegionConfig>, version = 0): Promise<void> {
    const [region] = ownRegions(activeConfig(this.env).config);
    if (region !== undefined) await this.configure({ ...region, ...change }, version, 60);
  }
}

const containers = new Map<string, FakeContainer>();

/** The container of an object. */
export function containerOf({ id }: { readonly id: DurableObjectId }): FakeContainer {
  const container = containers.get(id.toString());
  if (container === undefined) throw new Error('the object was not made yet');
  return container;
}
