// The servers of one contestant: three regions with JetStream that are linked by routes, and a second server in the first
// of them, joined as a member of the cluster, as a leaf, or not at all.

import { mkdir, writeFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import { ProcessGroup } from '../../local/engine/processes/process-group.ts';
import { freePorts, LOOPBACK } from '../../local/listen.ts';
import { createRunFolder, type RunFolder } from '../../local/run-folder.ts';
import type { Closeable } from '../../local/teardown.ts';
import { withTeardown } from '../../local/teardown.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Link, spliceLeaf, spliceRoute } from './splice.ts';

export type Join = 'none' | 'leaf' | 'cluster';

interface Ports {
  readonly client: number;
  readonly webSocket: number;
  readonly monitor: number;
  readonly route: number;
  readonly leaf: number;
}

interface Server {
  readonly name: string;
  readonly ports: Ports;
  readonly config: string;
  readonly folder: string;
  group: ProcessGroup | undefined;
}

export interface Topology extends Closeable {
  readonly name: string;
  readonly join: Join;
  /** The region's own server. */
  readonly own: Ports;
  /** Where clients of the member connect: the own server, if there is none. */
  readonly member: Ports;
  /** Servers of other regions. */
  readonly other: Ports;
  readonly third: Ports;
  /** Kills it, with SIGKILL; returns once it is gone. */
  kill(which: 'own' | 'member'): Promise<void>;
  /** Starts what was killed; returns once it is linked again. */
  heal(): Promise<void>;
}

/** The fewest that JetStream needs. */
const REGIONS = 3;

/** Of a server. */
const PORTS_EACH = 5;

const START_TIMEOUT_MS = 20_000;
const RELINK_MS = 20;

export function startTopology(name: string, join: Join, natsServer: string): Promise<Topology> {
  return withTeardown(async (undo) => {
    const folder = await createRunFolder();
    undo.defer(folder.remove);
    const regions: Server[] = [];
    const [ofMember, ...ofRegions] = await portsOf(1 + REGIONS);
    for (const [index, ports] of ofRegions.entries()) {
      const peers = ofRegions.filter((each) => each !== ports);
      regions.push(
        await serverOf(folder, `nats-${index}`, { ports, cluster: 'bench', peers, jetstream: true }),
      );
    }
    // A leaf is of another cluster, or it is refused.
    const cluster = join === 'leaf' ? 'bench-0-2' : 'bench';
    const ports = ofMember;
    const member =
      join === 'none' || ports === undefined
        ? undefined
        : await serverOf(folder, 'nats-0-2', { ports, cluster, peers: [], jetstream: false });
    const servers = [...regions, ...(member === undefined ? [] : [member])];
    undo.defer(async () => void (await Promise.all(servers.map(stop))));
    await Promise.all(servers.map((server) => run(server, natsServer, folder)));
    const [own, other, third] = regions;
    if (own === undefined || other === undefined || third === undefined)
      throw new Error('there are no three servers');
    const links = new Links();
    undo.defer(async () => links.close());
    if (member !== undefined) {
      if (join === 'leaf') links.keep(() => spliceLeaf(own.ports.leaf, member.ports.leaf));
      // Routes are one hop: it is linked with each.
      else for (const each of regions) links.keep(() => spliceRoute(each.ports.route, member.ports.route));
    }
    await waitForLinks(regions, member, join);
    return {
      name,
      join,
      own: own.ports,
      member: (member ?? own).ports,
      other: other.ports,
      third: third.ports,
      kill: async (which) => {
        const server = which === 'own' ? own : member;
        if (server !== undefined) await stop(server);
      },
      heal: async () => {
        await Promise.all(
          servers.filter(({ group }) => group === undefined).map((each) => run(each, natsServer, folder)),
        );
        await waitForLinks(regions, member, join);
      },
    };
  });
}

/** Links are made again when they end, as the objects do. */
class Links {
  readonly #links = new Set<Link>();
  #isClosed = false;

  keep(open: () => Promise<Link>): void {
    const next = async (): Promise<void> => {
      while (!this.#isClosed) {
        const link = await open().catch(() => undefined);
        if (link !== undefined) {
          this.#links.add(link);
          if (this.#isClosed) link.close();
          await link.ended;
          this.#links.delete(link);
        }
        await new Promise((resolve) => setTimeout(resolve, RELINK_MS));
      }
    };
    void next();
  }

  close(): void {
    this.#isClosed = true;
    for (const link of this.#links) link.close();
  }
}

async function portsOf(servers: number): Promise<readonly Ports[]> {
  const ports = await freePorts(servers * PORTS_EACH);
  return Array.from({ length: servers }, (_, index) => {
    const [client = 0, webSocket = 0, monitor = 0, route = 0, leaf = 0] = ports.slice(index * PORTS_EACH);
    return { client, webSocket, monitor, route, leaf };
  });
}

interface Shape {
  readonly ports: Ports;
  readonly cluster: string;
  readonly peers: readonly Ports[];
  readonly jetstream: boolean;
}

/** As the image's configuration has it, as far as links and clients are concerned. */
async function serverOf(
  runFolder: RunFolder,
  name: string,
  { ports, cluster, peers, jetstream }: Shape,
): Promise<Server> {
  const folder = joinPath(runFolder.path, name);
  await mkdir(folder, { recursive: true });
  const config = joinPath(folder, 'nats-server.conf');
  const routes = peers.map(({ route }) => `"nats-route://${LOOPBACK}:${route}"`).join(', ');
  await writeFile(
    config,
    `server_name: ${name}
host: ${LOOPBACK}
port: ${ports.client}
http: "${LOOPBACK}:${ports.monitor}"
websocket { host: ${LOOPBACK}, port: ${ports.webSocket}, no_tls: true }
cluster {
  name: ${cluster}, host: ${LOOPBACK}, port: ${ports.route}
  no_advertise: true, pool_size: -1, compression: off, routes: [${routes}]
}
leafnodes { host: ${LOOPBACK}, port: ${ports.leaf}, no_advertise: true, compression: off }
# JetStream's subjects pass a leaf link between two servers of no domain only if both say this.
default_js_domain: { "$G": "" }
jetstream { enabled: ${jetstream}, store_dir: "${folder}" }
`,
  );
  return { name, ports, config, folder, group: undefined };
}

/** Returns once it answers. */
async function run(server: Server, natsServer: string, runFolder: RunFolder): Promise<void> {
  const { name, ports, config, folder } = server;
  const group = await ProcessGroup.start({ file: natsServer, args: ['-c', config], cwd: folder, env: {} });
  server.group = group;
  runFolder.noteGroup(group.pid);
  for (const stream of group.output) stream.resume();
  const options = { timeoutMs: START_TIMEOUT_MS, pollMs: 10 };
  await waitFor(`${name} to answer`, options, () =>
    read(ports, 'varz').then(
      () => true,
      () => false,
    ),
  );
}

async function stop(server: Server): Promise<void> {
  const { group } = server;
  server.group = undefined;
  group?.kill();
  await group?.exited;
}

async function waitForLinks(
  regions: readonly Server[],
  member: Server | undefined,
  join: Join,
): Promise<void> {
  const isLinked = async () => {
    const [leafs, ...routes] = await Promise.all([
      read<{ readonly leafnodes: number }>(regions[0]?.ports, 'leafz'),
      ...regions.map(({ ports }) => read<{ readonly num_routes: number }>(ports, 'routez')),
    ]);
    const wanted = regions.length - 1 + (join === 'cluster' ? 1 : 0);
    const isWhole = routes.every(({ num_routes }) => num_routes >= wanted);
    return (
      isWhole &&
      (join !== 'leaf' || leafs.leafnodes > 0) &&
      (member === undefined || member.group !== undefined)
    );
  };
  const options = { timeoutMs: START_TIMEOUT_MS, pollMs: 20 };
  await waitFor('all servers to be linked', options, () => isLinked().catch(() => false));
}

async function read<T>(ports: Ports | undefined, what: string): Promise<T> {
  const response = await fetch(`http://${LOOPBACK}:${ports?.monitor}/${what}`);
  return (await response.json()) as T;
}
