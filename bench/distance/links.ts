// The links over which the mesh is measured.

import type { LinkSettings } from './link.ts';

interface NamedLink {
  readonly text: string;
  readonly settings: LinkSettings;
}

/** Its queue holds what it has on its way, as routers are built. */
export const NARROW: NamedLink = {
  text: '100 Mbit/s, 20 ms',
  settings: { rttMs: 20, bitsPerSecond: 100_000_000, loss: 0, queueBytes: 250_000 },
};

export const FAR: NamedLink = {
  text: '150 ms, 0.1 % loss',
  settings: { rttMs: 150, loss: 0.001, queueBytes: 0 },
};
