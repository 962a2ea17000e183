// Real stores for tests of state: a bucket of R2 behind its S3 API, a nats-server with JetStream, and folders.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { convertV4MiniflareOptions } from 'miniflare';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { startMiniflare } from '../../local/miniflare.ts';
import { WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { startNatsServerProcess } from './nats-server-process.ts';

export const ACCESS_KEY = 'access-key-of-this-test';
export const SECRET_KEY = 'secret-key-of-this-test-0123456789';
export const NATS_PASSWORD = 'password-of-this-test';

const CLIENT_PORT = 4222;

export interface StateStores extends AsyncDisposable {
  /** Of the S3 API of the bucket `meridian-state`. */
  readonly s3: string;
  /** The server's client port on loopback; it has the KV bucket `meridian-state`, and NATS's usual limits. */
  readonly natsPort: number;
  readonly webSocketPort: number;
  /** SIGSTOP and SIGCONT for the nats-server. */
  signalNats(signal: NodeJS.Signals): void;
  /** A new empty folder. */
  newFolder(): Promise<URL>;
  /** What the command needs in its environment. */
  readonly env: Readonly<Record<string, string>>;
}

export async function startStateStores(): Promise<StateStores> {
  await using undo = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), 'meridian-state-'));
  undo.defer(() => rm(root, { recursive: true, force: true }));
  const { miniflare, url } = await startMiniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: 'export default { fetch: () => new Response("none", { status: 404 }) }',
      r2Buckets: {
        STATE: {
          id: 'meridian-state',
          s3Credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
        },
      },
    }),
    { folder: root },
  );
  undo.defer(() => miniflare.dispose());
  const folder = join(root, 'nats');
  const nats = await startNatsServerProcess(
    {
      program: (await ensureNatsServer({ log: () => {} })).path,
      name: 'nats-server',
      folder,
      configuration: `
        host: 127.0.0.1
        port: -1
        authorization { user: state, password: "${NATS_PASSWORD}" }
        websocket { host: 127.0.0.1, port: -1, no_tls: true }
        jetstream { store_dir: "${join(folder, 'store')}" }
      `,
    },
    undo,
  );
  const natsPort = nats.portOf(CLIENT_PORT);
  const connection = await connect({ port: natsPort, user: 'state', pass: NATS_PASSWORD });
  await new Kvm(connection).create('meridian-state');
  await connection.close();
  const s3 = new URL('/cdn-cgi/local/r2/s3', url).href;
  const kept = undo.move();
  let folders = 0;
  return {
    s3,
    natsPort,
    webSocketPort: nats.portOf(WEBSOCKET_PORT),
    signalNats: (signal) => nats.group.signal(signal),
    newFolder: async () => {
      folders += 1;
      const path = join(root, `folder-${folders}`);
      await mkdir(path);
      return pathToFileURL(path);
    },
    env: {
      R2_ENDPOINT: s3,
      R2_ACCESS_KEY_ID: ACCESS_KEY,
      R2_SECRET_ACCESS_KEY: SECRET_KEY,
      NATS_USER: 'state',
      NATS_PASSWORD,
    },
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}
