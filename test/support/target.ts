// What the contract suite runs against: a deployment, named by MERIDIAN_URL, or else one local stack for the
// whole suite, which global-setup.ts starts.

import { describe, inject } from 'vitest';
import { FORCE_REGION_HEADER } from '../../api/headers.ts';
import { type Client, connectFrom } from './client.ts';
import { cityOf, type Region } from './data/places.ts';

export interface Target {
  /** Without a slash at its end. */
  readonly url: string;
  /** Region -> base address of its server's monitoring; undefined for a deployment, which shows it to nobody. */
  readonly monitors: Readonly<Record<string, string>> | undefined;
  /** Of the local stack only: the suite does not get a deployment's. */
  readonly adminToken: string | undefined;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly target: Target;
  }
}

export const target: Target = inject('target');

const isLocal = target.monitors !== undefined;

/** `describe` for what a deployment does not let a client do; there, a line says what is left out. */
export function describeLocally(needs: string, name: string, tests: () => void): void {
  if (!isLocal) console.warn(`left out against ${target.url}, because it ${needs}: ${name}`);
  describe.runIf(isLocal)(name, tests);
}

/** A client of this region: locally it pretends to be in one of its cities, elsewhere it forces the region. */
export function clientIn(region: Region): Promise<Client> {
  if (isLocal) return connectFrom(target.url, cityOf(region));
  return connectFrom(target.url, undefined, { headers: { [FORCE_REGION_HEADER]: region } });
}

/** The monitoring of a region's server. */
export function monitorUrl(region: string): string {
  const url = target.monitors?.[region];
  if (url === undefined) throw new Error(`the monitoring of ${region} is reached on the local stack only`);
  return url;
}
