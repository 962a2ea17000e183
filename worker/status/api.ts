// The read-only API: health, regions, mesh and the decision. Nothing here starts a region.

import type { RegionViews, RouteView } from '../../api/types.ts';
import type { RegionConfig } from '../../regions/config.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { compactDecision, decisionTable } from '../../routing/decision-text.ts';
import { ask } from '../connect/decide.ts';
import { whatIfRequestOf } from '../connect/routing-request.ts';
import type { EdgeContext } from '../edge-context.ts';
import { type Env, regionStub } from '../env.ts';
import { messageOf } from '../message-of.ts';
import type { RegionState } from '../region/region-state.ts';
import type { LinkStatus, RegionStatus } from '../region/status.ts';
import { decisionView } from './decision-view.ts';
import { type MeshLink, meshLinks } from './mesh-view.ts';

/** A region that doesn't answer its own Worker for this long counts as unreachable. */
const REGION_TIMEOUT_MS = 3_000;

/** States in which a region takes a client, or is started by it. */
const SERVING: ReadonlySet<RegionState | 'unreachable'> = new Set(['up', 'asleep', 'starting']);

type RegionView = Omit<RegionStatus, 'state' | 'clients'> & {
  readonly state: RegionState | 'unreachable';
  readonly clients: number;
};

export async function health(_request: Request, edge: EdgeContext): Promise<Response> {
  const regions = await regionViews(edge);
  const serving = regions.filter(({ state }) => SERVING.has(state)).map(({ region }) => region);
  const ok = serving.length > 0;
  return Response.json({ ok, version: edge.version, regions: serving }, { status: ok ? 200 : 503 });
}

export async function regions(_request: Request, edge: EdgeContext): Promise<Response> {
  const { env, config, version } = edge;
  const views = config.regions.map(async (region) => ({
    id: region.id,
    name: region.name,
    hint: region.hint,
    latitude: region.latitude,
    longitude: region.longitude,
    enabled: region.enabled,
    keepAwake: region.keepAwake,
    jetstream: region.jetstream,
    ...(await regionView(env, region)),
  }));
  return Response.json({ version, regions: await Promise.all(views) } satisfies RegionViews);
}

/** The decision for this request or for a place; as JSON, or as a table with `?format=text`. */
export function route(request: Request, edge: EdgeContext): Response {
  const decision = ask(whatIfRequestOf(request), edge);
  const headers: Record<string, string> = { 'x-nats-decision': compactDecision(decision) };
  const region = decision.winner;
  if (region !== undefined) headers['x-nats-region'] = region;
  const isText = new URL(request.url).searchParams.get('format') === 'text';
  if (isText) return new Response(`${decisionTable(decision)}\n`, { headers });
  return Response.json(decisionView(decision) satisfies RouteView, { headers });
}

export async function mesh(_request: Request, edge: EdgeContext): Promise<Response> {
  const ids = edge.config.regions.map(({ id }) => id);
  const [views, dialled] = await Promise.all([
    regionViews(edge, () => true),
    Promise.all(
      edge.config.regions.map(async (region) => [region.id, await linksOf(edge.env, region)] as const),
    ),
  ]);
  const states = new Map(views.map(({ region, state }) => [region, state]));
  const links: readonly MeshLink[] = meshLinks(ids, states, new Map(dialled), Date.now());
  return Response.json({ links });
}

/** The state of every region that `wanted` picks, enabled ones by default; never rejects. */
function regionViews(
  { env, config }: EdgeContext,
  wanted: (region: RegionConfig) => boolean = ({ enabled }) => enabled,
): Promise<readonly RegionView[]> {
  return Promise.all(config.regions.filter(wanted).map((region) => regionView(env, region)));
}

async function regionView(env: Env, region: RegionConfig): Promise<RegionView> {
  try {
    const { clients = 0, ...status } = await withTimeout(regionStub(env, region).status(), region);
    return { ...status, clients };
  } catch (error) {
    const problem = messageOf(error);
    return {
      region: region.id,
      state: 'unreachable',
      since: Date.now(),
      clients: 0,
      objectAgeMs: 0,
      peers: [],
      problem,
    };
  }
}

async function linksOf(env: Env, region: RegionConfig): Promise<readonly LinkStatus[]> {
  try {
    return await withTimeout(regionStub(env, region).links(), region);
  } catch (error) {
    console.warn(`links of ${region.id}: ${messageOf(error)}`);
    return [];
  }
}

async function withTimeout<T>(call: Promise<T>, { id }: RegionConfig): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const timeout = new Promise<never>((_, reject) => {
    const late = () =>
      reject(new Error(`${instanceNameOf(id)} did not answer within ${REGION_TIMEOUT_MS} ms`));
    timer = setTimeout(late, REGION_TIMEOUT_MS);
  });
  try {
    return await Promise.race([call, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
