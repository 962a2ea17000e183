// Makes regions fail, and heals them. Meridian may react meanwhile: a hung server that it
// kills and restarts is healthy again.

import type { Engine } from '../../local/engine/engine.ts';
import { instanceNameOf } from '../../regions/names.ts';
import type { OutageKind } from './combination.ts';
import { fillRegion } from './fill-region.ts';

export interface OutageOptions {
  readonly kind: OutageKind;
  readonly regions: readonly string[];
  readonly engine: Engine;
  /** Of the edge. */
  readonly url: string;
}

/** Begins at once, and ends when it is disposed of. */
export async function beginOutage({ kind, regions, engine, url }: OutageOptions): Promise<AsyncDisposable> {
  switch (kind) {
    case 'killed':
      return endedBy(await Promise.all(regions.map((region) => kill(engine, instanceNameOf(region)))));
    case 'hung':
      return endedBy(await Promise.all(regions.map((region) => hang(engine, instanceNameOf(region)))));
    case 'full':
      return endedBy(await Promise.all(regions.map((region) => fillRegion(url, region))));
  }
}

type End = () => Promise<void> | void;

function endedBy(ends: readonly End[]): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(ends.map((end) => end()));
    },
  };
}

async function kill(engine: Engine, server: string): Promise<End> {
  await engine.beginOutage(server);
  return () => engine.endOutage(server);
}

/** Stops the server; its sockets stay open, and the kernel goes on taking connections for it. */
async function hang(engine: Engine, server: string): Promise<End> {
  const app = engine.server(server)?.app;
  if (app === undefined) throw new Error(`${server} does not run, so it cannot be stopped`);
  await app.pause();
  return () => app.resume();
}
