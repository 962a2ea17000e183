// The names on Cloudflare that are derived from a region's id. wrangler.toml, the Worker and the local stack all use
// these functions, so they cannot disagree.

/** The Durable Object class of a region: `apac-ne` -> `NatsApacNe`. */
export function classNameOf(id: string): string {
  return `Nats${id
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`;
}

/** The Durable Object binding of a region: `apac-ne` -> `REGION_APAC_NE`. */
export function bindingNameOf(id: string): string {
  return `REGION_${id.replaceAll('-', '_').toUpperCase()}`;
}

/**
 * The name of a region's server by its number, of its object and its nats-server: 1 is the region's own (`nats-weur`), the
 * others are members (`nats-weur-2`).
 */
export function memberNameOf(id: string, number: number): string {
  return number === 1 ? instanceNameOf(id) : `${instanceNameOf(id)}-${number}`;
}

/** The name of a region's first object, its container application and its nats-server: `apac-ne` -> `nats-apac-ne`. */
export function instanceNameOf(id: string): string {
  return `nats-${id}`;
}
