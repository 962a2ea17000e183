// Whether the edge that is asked is the Worker whose secrets wrangler would change: of another deployment nothing is changed. Pure.

import { parse } from 'smol-toml';
import * as v from 'valibot';
import { CommandError, EXIT } from '../exit.ts';

const RouteSchema = v.union([v.string(), v.object({ pattern: v.string() })]);

const WorkerSchema = v.object({
  name: v.optional(v.string()),
  route: v.optional(RouteSchema),
  routes: v.optional(v.array(RouteSchema), []),
});

const FileSchema = v.object({
  ...WorkerSchema.entries,
  env: v.optional(v.record(v.string(), WorkerSchema), {}),
});

interface Asked {
  /** An environment of wrangler.toml. */
  readonly env: string | undefined;
  /** The Worker's name, as whoever is sure of it says. */
  readonly worker: string | undefined;
}

/**
 * The name of wrangler.toml's Worker, once it is known to be the one at the edge: by its name at workers.dev, by a route of the file, or
 * by the user's word.
 *
 * @throws CommandError if it is another one, or that is not known
 */
export function thisWorker(toml: string, edge: URL, { env, worker }: Asked): string {
  const { env: environments, ...top } = v.parse(FileSchema, parse(toml));
  const own = env === undefined ? top : environments[env];
  if (own === undefined) throw refused(`wrangler.toml has no environment ${env}.`);
  const name = own.name ?? (env === undefined ? 'worker' : `${top.name}-${env}`);
  if (worker !== undefined && worker !== name)
    throw refused(`wrangler.toml is that of the Worker ${name}, and not of ${worker}.`);
  if (worker === name || isRouted(own, edge.hostname)) return name;
  const [label] = edge.hostname.split('.');
  if (!edge.hostname.endsWith('.workers.dev'))
    throw refused(
      `${edge.host} is no route of wrangler.toml, so it is not known whether it is the Worker ${name}, whose secrets wrangler would change. If it is: --worker ${name}.`,
    );
  if (label === name) return name;
  throw refused(
    `${edge.host} is the Worker ${label}, and wrangler would change the secrets of ${name}, as wrangler.toml says. Do this where ${label} is deployed from, or say with MERIDIAN_URL which edge ${name} is.`,
  );
}

/** Patterns end with a path, and may begin with a star. */
function isRouted({ route, routes }: v.InferOutput<typeof WorkerSchema>, hostname: string): boolean {
  return [...(route === undefined ? [] : [route]), ...routes].some((each) => {
    const [host = ''] = (typeof each === 'string' ? each : each.pattern)
      .replace(/^https?:\/\//, '')
      .split('/');
    if (!host.startsWith('*')) return host === hostname;
    return hostname.endsWith(host.slice(1));
  });
}

function refused(message: string): CommandError {
  return new CommandError(EXIT.refused, `Nothing was changed: ${message}`, {
    details: { code: 'other_worker' },
  });
}
