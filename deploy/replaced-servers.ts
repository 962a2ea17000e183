// Which servers a deploy replaces. Cloudflare does so after the deploy, one container after the other, and the old ones serve until
// then: only nats-server's own id tells whether a region's server is the new one.

import { ApiClient } from '../api/client.ts';
import { instanceNameOf } from '../regions/names.ts';
import { type Application, DeployApi } from './deploy-api.ts';
import type { Environment } from './target.ts';

/** What ran before a deploy, as far as it could be found out. */
export interface RunningBefore {
  /** Ids of servers by region; undefined: the edge did not say. */
  readonly servers: ReadonlyMap<string, string> | undefined;
  /** By name; undefined: Cloudflare was not asked, since there is no token. */
  readonly applications: ReadonlyMap<string, Application> | undefined;
}

export interface Replaced {
  /** Regions whose server is replaced, with the id of the old one. */
  readonly old: ReadonlyMap<string, string>;
  /** Why an old server could be taken for a new one. */
  readonly note?: string;
}

export async function runningBefore(env: Environment): Promise<RunningBefore> {
  const [servers, applications] = await Promise.all([serversOf(env), applicationsOf(env)]);
  return { servers, applications };
}

/** After the deploy. */
export async function replacedServers(before: RunningBefore, env: Environment): Promise<Replaced> {
  if (before.applications === undefined)
    return {
      old: new Map(),
      note: '--wait: without CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID it is not known which servers this deploy replaces, so an old one that still serves counts.',
    };
  const now = await applicationsOf(env);
  const changed = [...before.applications].filter(([name, was]) => isReplaced(was, now?.get(name)));
  const names = changed.map(([name]) => name);
  if (names.length > 0 && before.servers === undefined)
    return {
      old: new Map(),
      note: '--wait: which servers ran before this deploy the edge did not say (where they are shown to readers only, MERIDIAN_TOKEN is needed), so an old one that still serves counts.',
    };
  const old = [...(before.servers ?? [])].filter(([region]) => names.includes(instanceNameOf(region)));
  return { old: new Map(old) };
}

function isReplaced({ configuration: was }: Application, now: Application | undefined): boolean {
  if (now === undefined) return false;
  return was.image !== now.configuration.image || was.instance_type !== now.configuration.instance_type;
}

/** Of regions that run one, and say which. */
async function serversOf(env: Environment): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const { regions } = await new ApiClient({
      url: env.MERIDIAN_URL ?? '',
      token: env.MERIDIAN_TOKEN,
    }).regions();
    return new Map(regions.flatMap(({ id, serverId }) => (serverId === undefined ? [] : [[id, serverId]])));
  } catch {
    // With the first deploy there is none yet; otherwise the note says so.
    return undefined;
  }
}

async function applicationsOf(env: Environment): Promise<ReadonlyMap<string, Application> | undefined> {
  if (!env.CLOUDFLARE_API_TOKEN || !env.CLOUDFLARE_ACCOUNT_ID) return undefined;
  const applications = await new DeployApi(env).applications();
  return new Map(applications.map((application) => [application.name, application]));
}
