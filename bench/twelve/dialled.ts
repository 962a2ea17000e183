// How many links the objects of a mesh dial, of which each is dialled by one of its two. Pure.

import type { MeshLink } from '../../api/mesh.ts';

export interface Dialled {
  /** Links that one object dials. */
  readonly least: number;
  readonly most: number;
  /** Of these over sockets, and over RPC: those of the object that has most of them. */
  readonly sockets: number;
  readonly overRpc: number;
}

export function dialled(links: readonly Pick<MeshLink, 'a' | 'b' | 'transport'>[]): Dialled {
  const regions = [...new Set(links.flatMap(({ a, b }) => [a, b]))];
  const count = (isMeant: (link: (typeof links)[number]) => boolean) =>
    regions.map((region) => links.filter((link) => link.a === region && isMeant(link)).length);
  const all = count(() => true);
  return {
    least: Math.min(...all),
    most: Math.max(...all),
    sockets: Math.max(...count(({ transport }) => transport === 'connect')),
    overRpc: Math.max(...count(({ transport }) => transport === 'rpc')),
  };
}
