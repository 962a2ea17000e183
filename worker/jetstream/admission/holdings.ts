// What a JetStream server says that it holds, and whether that is everything. Pure.

/** A Raft group as one of its members sees it: the group of all JetStream servers, of a stream or of a consumer. */
export interface RaftProgress {
  /** Index of the last entry that a majority has. */
  readonly committed: number;
  /** Index of the last entry that this server has carried out. */
  readonly applied: number;
}

export interface HeldStream {
  readonly account: string;
  readonly stream: string;
  /** When it was created, RFC 3339: two streams of one name differ in it. */
  readonly created: string;
  /** Names of the servers that it is on, this one included. */
  readonly servers: readonly string[];
  /** Name of the server that leads it, as this one knows; it may have ended some seconds ago. Empty: none. */
  readonly leader: string;
  readonly messages: number;
  readonly lastSeq: number;
  /** Consumers that this server has of it. */
  readonly consumers: readonly HeldConsumer[];
}

export interface HeldConsumer {
  readonly name: string;
  readonly servers: readonly string[];
}

export interface Holdings {
  /** Name of the server, such as `nats-weur`. */
  readonly server: string;
  /** Whether it knows a leader of all JetStream servers; without one it may not have heard of every stream. */
  readonly hasLeader: boolean;
  /** Of each group that this server is a member of, by its name. `_meta_` is the group of all JetStream servers. */
  readonly groups: Readonly<Record<string, RaftProgress>>;
  readonly streams: readonly HeldStream[];
}

/** The group that knows which streams and consumers there are. */
export const META_GROUP = '_meta_';

/**
 * Why a server does not hold everything that it should; undefined if it does. It is not asked whether it is `current`:
 * that is stale for seconds.
 *
 * @param holders what servers that hold everything said, before the server was asked
 */
export function missingIn(server: Holdings, holders: readonly Holdings[]): string | undefined {
  if (!server.hasLeader) return 'it knows no leader of the JetStream servers yet';
  for (const holder of holders) {
    for (const [group, { committed }] of Object.entries(holder.groups)) {
      const own = server.groups[group];
      if (group === META_GROUP && own === undefined) return 'it is not yet one of the JetStream servers';
      if (own !== undefined && own.applied < committed) {
        const what = group === META_GROUP ? 'the list of streams' : `group ${group}`;
        return `it has ${what} up to entry ${own.applied} of ${committed}`;
      }
    }
    for (const stream of holder.streams) {
      const missing = stream.servers.includes(server.server) ? missingOf(stream, server) : undefined;
      if (missing !== undefined) return missing;
    }
  }
  return undefined;
}

function missingOf(wanted: HeldStream, { server, streams }: Holdings): string | undefined {
  const name = `stream ${wanted.stream} of account ${wanted.account}`;
  const own = streams.find(
    ({ account, stream, created }) =>
      account === wanted.account && stream === wanted.stream && created === wanted.created,
  );
  if (own === undefined) return `it does not have ${name} yet`;
  if (own.lastSeq < wanted.lastSeq) {
    return `it has ${name} up to message ${own.lastSeq} of ${wanted.lastSeq}`;
  }
  const consumers = new Set(own.consumers.map((each) => each.name));
  const missing = wanted.consumers.find((each) => each.servers.includes(server) && !consumers.has(each.name));
  return missing === undefined ? undefined : `it does not have consumer ${missing.name} of ${name} yet`;
}
