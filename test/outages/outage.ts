// Makes regions fail, and heals them. Meridian may react meanwhile: a hung server that it
// kills and restarts is healthy again.

import type { Engine } from '../../local/engine/engine.ts';
import { processStartOf } from '../../local/process-identity.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { processesBelow } from '../support/process-tree.ts';
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
      return endedBy(regions.map((region) => kill(engine, instanceNameOf(region))));
    case 'hung':
      return endedBy(await Promise.all(regions.map((region) => hang(engine, instanceNameOf(region)))));
    case 'full':
      return endedBy(await Promise.all(regions.map((region) => fillRegion(url, region))));
  }
}

type End = () => void;

function endedBy(ends: readonly End[]): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      for (const end of ends) end();
    },
  };
}

function kill(engine: Engine, server: string): End {
  engine.beginOutage(server);
  return () => engine.endOutage(server);
}

/** Stops the server itself; its sockets stay open, and the kernel goes on taking connections for it. */
async function hang(engine: Engine, server: string): Promise<End> {
  const container = engine.server(server)?.app.spec.name;
  const found = (await processesBelow(process.pid)).find(
    ({ command }) =>
      container !== undefined && /nats-server\S* -c /.test(command) && command.includes(`/${container}`),
  );
  if (found === undefined) throw new Error(`${server} does not run, so it cannot be stopped`);
  process.kill(found.pid, 'SIGSTOP');
  return () => {
    if (processStartOf(found.pid) === found.start) process.kill(found.pid, 'SIGCONT');
  };
}
