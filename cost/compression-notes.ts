// What is to be said of `mesh.compression` beside a cost: whether the bytes that are counted between servers are those
// that the configuration would send. Pure.

import type { MeridianConfig } from '../regions/config.ts';
import type { Traffic } from './traffic.ts';

/** In words; none if the two agree, or if nothing crosses regions anyway. */
export function compressionNotes({ mesh }: MeridianConfig, traffic: Traffic): readonly string[] {
  const { meshBytesRatio: ratio, messages } = traffic;
  if (messages === 0) return [];
  if (mesh.compression === 'off' && ratio < 1)
    return [
      `mesh.compression is off: it has to be set for ${ratio} of the bytes between servers to be left (--mesh-bytes-ratio)`,
    ];
  if (mesh.compression !== 'off' && ratio === 1)
    return [
      `what mesh.compression (${mesh.compression}) saves depends on the payloads, and is not counted: --mesh-bytes-ratio says how many of the bytes between servers are left`,
    ];
  return [];
}
