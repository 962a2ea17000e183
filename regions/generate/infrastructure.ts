// Generates infra/regions.tf.json: what OpenTofu has to know of regions.json (names in DNS) and of wrangler.toml (which Worker
// they lead to, which bucket it has). So neither can differ from what is deployed. Used by the command only. Pure.

import { parse } from 'smol-toml';
import * as v from 'valibot';
import type { MeridianConfig } from '../config.ts';
import { formatJson } from '../format-json.ts';
import { WranglerSyncError } from './wrangler-sync.ts';

/** Names below a domain that are no regions: where leaf nodes and MQTT clients come. */
export const DOOR_NAMES = ['leaf', 'mqtt'] as const;

const BACKUPS_BINDING = 'BACKUPS';

const WranglerSchema = v.object({
  name: v.string(),
  routes: v.optional(v.array(v.unknown()), []),
  r2_buckets: v.optional(v.array(v.object({ binding: v.string(), bucket_name: v.optional(v.string()) })), []),
});

/** All names that lead to the Worker, the domains themselves among them. */
export function hostnamesOf({
  regions,
  routing,
}: Pick<MeridianConfig, 'regions' | 'routing'>): readonly string[] {
  const below = [...regions.map(({ id }) => id), ...DOOR_NAMES];
  return routing.pinDomains.flatMap((domain) => [domain, ...below.map((name) => `${name}.${domain}`)]);
}

/**
 * The text of infra/regions.tf.json.
 *
 * @throws WranglerSyncError if the two files leave open what is meant
 */
export function generateInfrastructure(wranglerToml: string, config: MeridianConfig): string {
  const { name, routes, r2_buckets: buckets } = v.parse(WranglerSchema, parse(wranglerToml));
  const taken = config.regions.find(({ id }) => DOOR_NAMES.some((door) => door === id));
  if (taken !== undefined)
    throw new WranglerSyncError(
      `The region ${taken.id} has a name that is not a region's in DNS: ${DOOR_NAMES.join('. and ')}. are where leaf nodes and MQTT clients come. Give it another id.`,
    );
  const backups = buckets.find(({ binding }) => binding === BACKUPS_BINDING)?.bucket_name;
  if (backups === undefined)
    throw new WranglerSyncError(
      `wrangler.toml has no bucket_name for the binding ${BACKUPS_BINDING}, which infra/ has to own.`,
    );
  const both = routes.find((route) => isCustomDomain(route) && config.routing.pinDomains.length > 0);
  if (both !== undefined)
    throw new WranglerSyncError(
      'wrangler.toml has a route with custom_domain, and routing.pinDomains has domains: both wrangler and infra/ would own it. Remove the route; infra/ makes the custom domains.',
    );
  return formatJson({
    '//': 'Generated from regions/regions.json and wrangler.toml by `npm run regions -- sync`; do not edit.',
    locals: {
      worker: name,
      backups_bucket: backups,
      domains: config.routing.pinDomains,
      regions: config.regions.map(({ id }) => id),
      doors: DOOR_NAMES,
    },
  });
}

function isCustomDomain(route: unknown): boolean {
  return v.is(v.looseObject({ custom_domain: v.literal(true) }), route);
}
