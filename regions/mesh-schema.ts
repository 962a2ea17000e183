// The part `mesh` of the configuration: how the regions maintain their routes to each other.

import * as v from 'valibot';

const between = (least: number, most: number, text: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(text));

/** How the routes between regions are compressed: nats-server's own words. */
export const MESH_COMPRESSIONS = ['off', 's2_fast', 's2_better', 's2_best', 's2_auto'] as const;
export type MeshCompression = (typeof MESH_COMPRESSIONS)[number];

/** What a link goes over; `auto` is the first of them, and the other where it fails. */
export const MESH_TRANSPORTS = ['auto', 'connect', 'rpc'] as const;
export type MeshTransport = (typeof MESH_TRANSPORTS)[number];

/** With the system account's route a link is six connections then, which is what an object may hold. */
const MAX_POOL_SIZE = 5;

export const MeshSchema = v.strictObject({
  reconcileSeconds: v.optional(
    between(5, 900, 'How often a region compares its routes with the configuration.'),
    30,
  ),
  retryMaxMs: v.optional(
    between(100, 60_000, 'Longest pause between two attempts to establish a link.'),
    5000,
  ),
  compression: v.optional(
    v.pipe(
      v.picklist(MESH_COMPRESSIONS),
      v.description(
        'How the links between regions are compressed, by the servers at their ends: `off`, or `s2_fast`, `s2_better` and `s2_best`, each of which sends fewer bytes for more processor time; `s2_auto` compresses a link the more the farther its regions are apart. Live: the links are then made again, one after the other (docs/mesh.md).',
      ),
    ),
    'off',
  ),
  transport: v.optional(
    v.pipe(
      v.picklist(MESH_TRANSPORTS),
      v.description(
        'What a link between two regions goes over: `connect`, a socket from one object to the other; `rpc`, byte streams of a call; `auto`, the first of them, and the other where it fails.',
      ),
    ),
    'auto',
  ),
  systemRoute: v.optional(
    v.pipe(
      v.boolean(),
      v.description(
        'Whether each link has a second route for the system account, over which servers of JetStream agree, so that a flood of messages does not hold it up. For servers that start from then on (docs/mesh.md).',
      ),
    ),
    false,
  ),
  poolSize: v.optional(
    between(
      1,
      MAX_POOL_SIZE,
      "How many routes of each link the accounts share, beside one for the system account if it is more than one: nats-server's `pool_size`. Each account takes one of them, so that several are faster for several accounts only, where distance and loss make one TCP connection the limit. For servers that start from then on (docs/mesh.md).",
    ),
    1,
  ),
});
