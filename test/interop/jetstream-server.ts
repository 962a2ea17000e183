// One nats-server with JetStream in a folder of its own, and its API for whole archives: what tests of the archive format
// talk to.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInbox, type NatsConnection, wsconnect } from '@nats-io/nats-core';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { type Closeable, withTeardown } from '../../local/teardown.ts';
import { CLIENT_PORT, WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { startNatsServerProcess } from '../support/nats-server-process.ts';

export interface JetStreamServer extends Closeable {
  readonly nats: NatsConnection;
  /** For programs that speak TCP: `nats://...`. */
  readonly url: string;
}

/** What the server says to a request that it refuses. */
interface Refusal {
  readonly error?: { readonly description: string };
}

const CHUNK_BYTES = 128 * 1024;

export function startJetStreamServer(): Promise<JetStreamServer> {
  return withTeardown(async (undo) => {
    const { path } = await ensureNatsServer();
    const folder = await mkdtemp(join(tmpdir(), 'meridian-archive-'));
    undo.defer(() => rm(folder, { recursive: true, force: true }));
    const server = await startNatsServerProcess(
      {
        program: path,
        name: 'nats-server',
        folder,
        configuration: `server_name: archive, host: 127.0.0.1, port: -1
          websocket { host: 127.0.0.1, port: -1, no_tls: true }
          jetstream { store_dir: "${folder}/store" }`,
      },
      undo,
    );
    const nats = await wsconnect({ servers: `ws://127.0.0.1:${server.portOf(WEBSOCKET_PORT)}` });
    undo.defer(() => nats.close());
    return { nats, url: `nats://127.0.0.1:${server.portOf(CLIENT_PORT)}` };
  });
}

/** Restores an archive under a configuration's name, as `STREAM.RESTORE` takes it. */
export async function restoreArchive(
  { nats }: JetStreamServer,
  config: { readonly name: string },
  archive: Uint8Array,
): Promise<void> {
  const request = JSON.stringify({ config, state: {} });
  const begun = (await nats.request(`$JS.API.STREAM.RESTORE.${config.name}`, request)).json<
    Refusal & { deliver_subject: string }
  >();
  refuse(begun);
  for (let at = 0; at < archive.length; at += CHUNK_BYTES) {
    const answer = await nats.request(begun.deliver_subject, archive.subarray(at, at + CHUNK_BYTES));
    if (answer.data.length > 0) refuse(answer.json<Refusal>());
  }
  refuse((await nats.request(begun.deliver_subject)).json<Refusal>());
}

/** The archive that the server makes of a stream. */
export async function snapshotOf({ nats }: JetStreamServer, stream: string): Promise<Uint8Array> {
  const inbox = createInbox();
  const subscription = nats.subscribe(inbox);
  const begun = await nats.request(
    `$JS.API.STREAM.SNAPSHOT.${stream}`,
    JSON.stringify({ deliver_subject: inbox, chunk_size: CHUNK_BYTES }),
  );
  refuse(begun.json<Refusal>());
  const chunks: Uint8Array[] = [];
  for await (const chunk of subscription) {
    chunk.respond();
    if (chunk.data.length === 0) break;
    chunks.push(chunk.data);
  }
  return Buffer.concat(chunks);
}

function refuse({ error }: Refusal): void {
  if (error !== undefined) throw new Error(error.description);
}
