// How a route between two servers is compressed. It is they who compress: the splice only tells each what the other is
// said to want, and forwards. A region's server is configured with `accept`, which is to say that it compresses in the
// way that the other side's INFO names (selectCompressionMode in nats-server's server.go); so a link's compression is
// chosen anew each time that it is made, without a change of the servers. Pure.

import type { MeshCompression } from '../../regions/mesh-schema.ts';
import type { RouteInfo } from './route-handshake.ts';

/** A way to compress one route, in nats-server's words. */
export type RouteCompression = Exclude<MeshCompression, 's2_auto'>;

/** The longest round trip at which `s2_auto` chooses each, as nats-server does: it would frame without compressing first. */
const AUTO: readonly (readonly [mostMs: number, compression: RouteCompression])[] = [
  [10, 'off'],
  [50, 's2_fast'],
  [100, 's2_better'],
  [Number.POSITIVE_INFINITY, 's2_best'],
];

/** What is wanted of a route between two servers that are this far from each other. */
export function wantedCompression(setting: MeshCompression, rttMs: number): RouteCompression {
  if (setting !== 's2_auto') return setting;
  return AUTO.find(([mostMs]) => rttMs <= mostMs)?.[1] ?? 's2_best';
}

/** What can be had of what is wanted. */
export interface Agreed {
  readonly compression: RouteCompression;
  /** Why it is not compressed although that is wanted. */
  readonly plainBecause?: string;
}

/** Compresses only if both servers do: one that is older, or configured otherwise, is linked without. */
export function agreeOn(wanted: RouteCompression, servers: readonly RouteInfo[]): Agreed {
  if (wanted === 'off') return { compression: 'off' };
  const unable = servers.find(({ compression }) => !CAN_COMPRESS.has(compression ?? ''));
  return unable === undefined
    ? { compression: wanted }
    : { compression: 'off', plainBecause: whyPlain(unable) };
}

const CAN_COMPRESS: ReadonlySet<string> = new Set([
  'accept',
  's2_fast',
  's2_better',
  's2_best',
  's2_auto',
  's2_uncompressed',
]);

/** nats-server's name for compression that a server is told not to have: its INFO then says what an older one's does. */
const NOT_SUPPORTED = 'not_supported';

function whyPlain({ server_name, server_id, version, compression }: RouteInfo): string {
  const name = server_name ?? server_id;
  const isSilent = compression === undefined || compression === 'not supported';
  if (isSilent && !couldCompress(version))
    return `${name} runs nats-server ${version ?? 'of an unknown version'}, which does not compress routes (2.10 and later do): deploy a newer image`;
  const setting = isSilent ? NOT_SUPPORTED : compression.slice(0, 40);
  return `${name} is configured with cluster.compression "${setting}" rather than "accept": deploy the current image`;
}

function couldCompress(version = ''): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 10);
}
