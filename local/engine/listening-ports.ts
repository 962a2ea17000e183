// Where a region's nats-server listens. It is told to take any free port for everything and to write down which
// ones it took (`--ports_file_dir`), so no port is ever guessed and two stacks never collide.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Resolves with container port -> loopback port, or with undefined once `alive` says false. */
export type ReadPorts = (alive: () => boolean) => Promise<ReadonlyMap<number, number> | undefined>;

/** The ports that the image listens on, and nats-server's name for each in its ports file. */
const CONTAINER_PORTS = { nats: 4222, websocket: 8080, monitoring: 8222, cluster: 6222 } as const;

/** How often to look: a start takes 100 ms or so, and a client is waiting. */
const POLL_MS = 10;

/** Reads the ports file that nats-server writes to `folder` once all its listeners are up. */
export function portsFileReader(folder: string): ReadPorts {
  return async (alive) => {
    while (alive()) {
      const ports = await readPortsFile(folder);
      if (ports !== undefined) return ports;
      await delay(POLL_MS);
    }
    return undefined;
  };
}

async function readPortsFile(folder: string): Promise<ReadonlyMap<number, number> | undefined> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.ports'));
  if (file === undefined) return undefined;
  const text = await readFile(join(folder, file), 'utf8');
  // It is written in place: until the closing brace is there, it is not all there.
  if (!text.trimEnd().endsWith('}')) return undefined;
  return parsePorts(JSON.parse(text) as Partial<Record<keyof typeof CONTAINER_PORTS, readonly string[]>>);
}

/** `{"nats":["nats://127.0.0.1:4222"], ...}` as container port -> loopback port. */
export function parsePorts(
  file: Partial<Record<keyof typeof CONTAINER_PORTS, readonly string[]>>,
): ReadonlyMap<number, number> {
  const ports = new Map<number, number>();
  for (const [name, containerPort] of Object.entries(CONTAINER_PORTS)) {
    const address = file[name as keyof typeof CONTAINER_PORTS]?.[0];
    const port = Number(address?.slice(address.lastIndexOf(':') + 1));
    if (Number.isInteger(port)) ports.set(containerPort, port);
  }
  return ports;
}
