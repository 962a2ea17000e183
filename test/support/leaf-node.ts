// A nats-server of somebody else, which joins an edge as a leaf node.

import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { CLIENT_PORT } from '../../regions/container-ports.ts';
import { temporaryFolder } from './command-process.ts';
import { startNatsServerProcess } from './nats-server-process.ts';

export interface LeafNode {
  /** A client of it. */
  readonly nats: NatsConnection;
  /** All that it has logged. */
  log(): string;
}

/** The address of a door at an edge, with how to sign in. */
export function remoteOf(edge: string, user: string, password: string, path = '/leafnode'): string {
  const url = new URL(path, edge.replace('http', 'ws'));
  [url.username, url.password] = [user, password];
  return url.href;
}

/** One that joins. @param more of its configuration */
export async function startLeafNode(
  name: string,
  { remotes, more = '' }: { readonly remotes: readonly string[]; readonly more?: string },
  undo: AsyncDisposableStack,
): Promise<LeafNode> {
  const { path: program } = await ensureNatsServer();
  const folder = undo.adopt(await temporaryFolder(), (each) => rm(each, { recursive: true, force: true }));
  const log = join(folder, 'log');
  const list = remotes.map((url) => `{ urls: [${JSON.stringify(url)}] }`).join(', ');
  const configuration = `
    host: 127.0.0.1
    port: -1
    server_name: ${name}
    log_file: ${JSON.stringify(log)}
    leafnodes { remotes: [${list}] }
    ${more}`;
  const server = await startNatsServerProcess({ program, name, folder, configuration }, undo);
  const nats = await connect({
    servers: `127.0.0.1:${server.portOf(CLIENT_PORT)}`,
    maxReconnectAttempts: -1,
  });
  undo.defer(() => nats.close());
  return { nats, log: () => readFileSync(log, 'utf8') };
}
