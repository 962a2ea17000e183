// Where a region's nats-server listens. It is told to take any free ports and to write them to a file
// (`--ports_file_dir`), so no port is ever guessed and two stacks never collide.

import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CLIENT_PORT,
  LEAF_PORT,
  MONITORING_PORT,
  ROUTE_PORT,
  WEBSOCKET_PORT,
} from '../../../regions/container-ports.ts';
import { waitFor } from '../../../waiting/wait-for.ts';

/** Resolves with container port -> loopback port, or with undefined once `alive` says false. */
export type ReadPorts = (alive: () => boolean) => Promise<ReadonlyMap<number, number> | undefined>;

/** The ports that the image listens on, by nats-server's name for each in its ports file. */
const CONTAINER_PORTS = {
  nats: CLIENT_PORT,
  websocket: WEBSOCKET_PORT,
  monitoring: MONITORING_PORT,
  cluster: ROUTE_PORT,
} as const;

/** How often to check: a start takes 100 ms or so, and a client is waiting. */
const POLL_MS = 10;

/** Reads the ports file that nats-server writes to `folder` once all its listeners are up. */
export function portsFileReader(folder: string): ReadPorts {
  return async (alive) => {
    // A folder that is not there will never have the file.
    await access(folder);
    // For as long as the server lives: its caller decides how long that may be.
    const options = { timeoutMs: Number.POSITIVE_INFINITY, pollMs: POLL_MS };
    const found = await waitFor(`the ports file in ${folder}`, options, async () =>
      alive() ? readPortsFile(folder) : 'ended',
    );
    return found === 'ended' ? undefined : withLeafPort(found);
  };
}

/** That one is not in the file (nats-server 2.15), but the server says it. */
async function withLeafPort(ports: ReadonlyMap<number, number>): Promise<ReadonlyMap<number, number>> {
  try {
    const varz = await fetch(`http://127.0.0.1:${ports.get(MONITORING_PORT)}/varz`);
    const { leaf } = (await varz.json()) as { readonly leaf?: { readonly port?: number } };
    return leaf?.port === undefined ? ports : new Map([...ports, [LEAF_PORT, leaf.port]]);
  } catch {
    // It has ended, or listens on none of its ports.
    return ports;
  }
}

async function readPortsFile(folder: string): Promise<ReadonlyMap<number, number> | undefined> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.ports'));
  if (file === undefined) return undefined;
  const text = await readFile(join(folder, file), 'utf8');
  // It is written in place: without its closing brace it is not complete yet.
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
