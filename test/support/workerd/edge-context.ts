// What a handler has, in Node: an edge whose regions answer as a test says, and whose background work is only named.

import type { RegionConfig } from '../../../regions/config.ts';
import { bindingNameOf } from '../../../regions/names.ts';
import type { EdgeContext } from '../../../worker/edge-context.ts';
import { planOf } from '../data/checked-in.ts';

interface Dialled {
  readonly region: string;
  /** Name of the object: the region's own, or a member's. */
  readonly object: string;
  readonly request: Request;
}

interface EdgeOptions {
  /** What is configured otherwise than in the checked-in file, by region. */
  readonly changes?: Readonly<Record<string, Partial<RegionConfig>>>;
  /** How regions answer an upgrade. */
  readonly answer?: (region: string) => Response;
}

export function edgeOf({ changes = {}, answer = () => new Response() }: EdgeOptions = {}) {
  const dialled: Dialled[] = [];
  const works: string[] = [];
  const plan = planOf((config) => ({
    ...config,
    regions: config.regions.map((region) => ({ ...region, ...changes[region.id] })),
  }));
  const namespaces = plan.regions.map(({ id: region }) => {
    const fetchFrom = (object: string) => async (url: string, init: RequestInit) => {
      dialled.push({ region, object, request: new Request(url, init) });
      return answer(region);
    };
    const getByName = (object: string) => ({ fetch: fetchFrom(object) });
    return [bindingNameOf(region), { getByName }] as const;
  });
  const edge = {
    version: 0,
    config: plan.config,
    plan,
    env: Object.fromEntries(namespaces),
    audit: () => {},
    background: (name: string, work: Promise<unknown>) => {
      works.push(name);
      // Node has no cache of a data center.
      work.catch(() => {});
    },
  } as unknown as EdgeContext;
  return { edge, dialled, works };
}

/** A request as Workers get it: Node's has no `cf`. */
export function requestFrom(
  colo: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Request {
  const request = new Request('https://meridian.example/', { headers });
  return Object.defineProperty(request, 'cf', { value: { colo, country: 'GB', city: 'London' } });
}
