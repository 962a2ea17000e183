// A Worker with one container and nothing of ours in it, on the very engine that the local stack uses.

import type { Server } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { serveDockerApi } from '../../local/engine/docker-api.ts';
import { Engine } from '../../local/engine/engine.ts';
import { natsImage } from '../../local/engine/nats-image.ts';
import { createRunFolder, type RunFolder } from '../../local/run-folder.ts';
import { withoutSignalHooks } from '../../local/signal-hooks.ts';
import { watchSpawns } from '../../local/spawn-watch.ts';
import { waitFor } from '../../local/wait-for.ts';
import { connectNats } from '../load/nats-socket.ts';
import type { RunningStack, StackRequest } from './contestant.ts';
import { portsOf } from './nats-process.ts';

/** Worker, class and server by kind. */
const WORKERS = {
  platform: { file: 'pass-through-worker.ts', className: 'PassThrough' },
  stock: { file: 'stock-worker.ts', className: 'Stock' },
} as const;

/** That of wrangler.toml. */
const COMPATIBILITY_DATE = '2026-11-01';
const READY_TIMEOUT_MS = 30_000;

export async function startControlEdge(
  kind: keyof typeof WORKERS,
  { natsServer }: StackRequest,
): Promise<RunningStack> {
  const started = performance.now();
  const undo: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const folder = await createRunFolder();
    undo.push(folder.remove);
    const engine = new Engine({
      folder: join(folder.path, 'containers'),
      prepare: natsImage({ natsServer, onStart: folder.noteGroup }),
    });
    undo.push(() => engine.close());
    const socket = join(folder.path, 'docker.sock');
    const server = await serveDockerApi(engine, socket);
    undo.push(() => closeServer(server));
    const miniflare = await startWorker(kind, socket, folder);
    undo.push(() => miniflare.dispose());
    const url = (await miniflare.ready).href.replace('http:', 'ws:');
    await waitFor(`${url} to take a client`, { timeoutMs: READY_TIMEOUT_MS }, async () => {
      (await connectNats(url)).close();
      return true;
    });
    return {
      url,
      steps: { up: performance.now() - started },
      servers: async () => {
        const app = engine.server(kind)?.app;
        return app === undefined ? [] : [await portsOf(kind, app)];
      },
      kill: async () => void engine.server(kind)?.app.kill('SIGKILL'),
      cutLink: () => Promise.reject(new Error(`${kind} has one server, and no routes`)),
      stop: async () => void engine.server(kind)?.app.kill('SIGINT'),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startWorker(
  kind: keyof typeof WORKERS,
  socket: string,
  folder: RunFolder,
): Promise<Miniflare> {
  const { file, className } = WORKERS[kind];
  const settings = convertV4MiniflareOptions({
    cf: false,
    containerEngine: {
      localDocker: { socketPath: `unix:${socket}`, containerEgressInterceptorImage: 'bench/sidecar' },
    },
    workers: [
      {
        name: kind,
        modules: [{ type: 'ESModule', path: 'index.js', contents: await bundle(file) }],
        compatibilityDate: COMPATIBILITY_DATE,
        durableObjects: {
          NATS: { className, useSQLite: true, container: { imageName: 'bench/nats-server' } },
        },
      },
    ],
  });
  const stopWatching = watchSpawns('workerd', folder.noteProcess);
  try {
    const miniflare = withoutSignalHooks(() => new Miniflare(settings));
    await miniflare.ready;
    return miniflare;
  } finally {
    stopWatching();
  }
}

async function bundle(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    external: ['cloudflare:*', 'node:*'],
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
