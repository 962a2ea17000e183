// A Worker with one container and none of our code, on the same platform that the local stack uses.

import { fileURLToPath } from 'node:url';
import { startPlatform } from '../../local/platform.ts';
import { withTeardown } from '../../local/teardown.ts';
import type { WorkerBuild } from '../../local/worker-build.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectNats } from '../load/nats-socket.ts';
import { bundleWorker } from './bundle-worker.ts';
import type { RunningStack, StackRequest } from './contestant.ts';
import { farRoute } from './far-route.ts';
import { portsOf } from './nats-process.ts';

/** Worker and class by kind. */
const WORKERS = {
  platform: { file: 'pass-through-worker.ts', className: 'PassThrough' },
  calls: { file: 'calls-worker.ts', className: 'Calls' },
  stock: { file: 'stock-worker.ts', className: 'Stock' },
  splice: { file: 'bare-splice-worker.ts', className: 'Spliced' },
} as const;

/** Names of the servers: as many as it has containers. */
const SERVERS = {
  platform: ['platform'],
  calls: ['calls'],
  stock: ['stock'],
  splice: ['splice-0', 'splice-1'],
} as const;

/** Those by which a client that leaves is heard of, as in wrangler.toml: the others need none. */
const CALLS_FLAGS = ['enable_request_signal', 'request_signal_passthrough'];

/** That of wrangler.toml. */
const COMPATIBILITY_DATE = '2026-11-01';
const READY_TIMEOUT_MS = 30_000;

export function startControlEdge(
  kind: keyof typeof WORKERS,
  { natsServer, farAddress, compression }: StackRequest,
): Promise<RunningStack> {
  return withTeardown(async (undo) => {
    const started = performance.now();
    const platform = await startPlatform({
      natsServer,
      build: () => buildControl(kind, compression === undefined ? {} : { COMPRESSION: compression }),
      ...(farAddress !== undefined && { hosts: farRoute(SERVERS[kind].at(1) ?? '', farAddress) }),
    });
    undo.defer(platform.close);
    const { engine, hopeless } = platform;
    const url = `${platform.url.replace('http:', 'ws:')}/`;
    const options = { timeoutMs: READY_TIMEOUT_MS, signal: hopeless };
    const first = await waitFor(`${url} to take a client`, options, () => connectNats(url));
    // workerd ends an object that nobody has asked anything for minutes, and its container with it.
    if (kind === 'splice') undo.defer(() => first.close());
    else first.close();
    return {
      url,
      steps: { up: performance.now() - started },
      servers: async () => {
        const apps = SERVERS[kind].map(async (name) => {
          const app = engine.server(name)?.app;
          return app === undefined ? [] : [await portsOf(name, app)];
        });
        return (await Promise.all(apps)).flat();
      },
      kill: async (name) => void (await engine.server(name)?.app.kill('SIGKILL')),
      cutLink: () => Promise.reject(new Error(`${kind} makes its routes once, if it has any`)),
      stop: async (name) => void (await engine.server(name)?.app.kill('SIGINT')),
    };
  });
}

async function buildControl(kind: keyof typeof WORKERS, vars: WorkerBuild['vars']): Promise<WorkerBuild> {
  const { file, className } = WORKERS[kind];
  return {
    script: await bundleWorker({ entryPoints: [fileURLToPath(new URL(file, import.meta.url))] }),
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: kind === 'calls' ? CALLS_FLAGS : [],
    vars,
    objects: [{ binding: 'NATS', className, hasContainer: true }],
    kvNamespaces: [],
    r2Buckets: [],
  };
}
