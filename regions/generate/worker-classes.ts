// Generates worker/region/classes.ts: one Durable Object class per region, because a `[[containers]]` entry belongs to
// one class, and only that entry decides where a container runs.

import { type MeridianConfig, ownRegions } from '../config.ts';
import { classNameOf } from '../names.ts';

const HEAD = `// Generated from regions/regions.json by \`npm run regions -- sync\`; do not edit. One class per region, because a
// container is placed by its class's [[containers]] entry in wrangler.toml. worker/index.ts exports them all.

import { NatsRegion } from './nats-region.ts';
`;

/** The text with the classes of all regions that have a server of ours, disabled ones too: removing a class deletes what its objects store. */
export function generateWorkerClasses(config: MeridianConfig): string {
  return [HEAD, ...ownRegions(config).map(({ id }) => classText(id))].join('\n');
}

function classText(id: string): string {
  return `export class ${classNameOf(id)} extends NatsRegion {
  static override readonly region = '${id}';
}
`;
}
