// CPU that a server takes to compress what it sends to others, by `mesh.compression`: what docs/mesh.md has of JSON of 4 KiB where
// each server has a quarter of a core, of which one message took 4.0 µs of the server's CPU plain, and 10.9, 14.5 and 286 µs
// compressed. To undo it takes next to nothing. Pure.

import type { MeshCompression } from '../regions/mesh-schema.ts';
import type { Assumptions } from './assumptions.ts';

const SECONDS_PER_BYTE: Readonly<Record<Exclude<MeshCompression, 's2_auto'>, number>> = {
  off: 0,
  s2_fast: 1.7e-9,
  s2_better: 2.5e-9,
  s2_best: 69e-9,
};

/** @param bytes before compression */
export function compressionCpuSeconds(
  compression: MeshCompression,
  bytes: number,
  { autoCompressionIs }: Pick<Assumptions, 'autoCompressionIs'>,
): number {
  return bytes * SECONDS_PER_BYTE[compression === 's2_auto' ? autoCompressionIs : compression];
}
