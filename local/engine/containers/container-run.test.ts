// A container whose engine is a few lines of this file: what Docker and podman do on purpose is in test/containers/.

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MONITORING_PORT } from '../../../regions/container-ports.ts';
import { closeServer, listen, listenOnLoopback } from '../../listen.ts';
import { ContainerRun } from './container-run.ts';
import { EngineClient } from './engine-client.ts';

test('one that runs but cannot be reached is ended, and why is told with its end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meridian-run-'));
  const socket = join(folder, 'engine.sock');
  const killed = Promise.withResolvers<void>();
  const engine = createServer(async ({ url = '' }, response) => {
    if (url.endsWith('/kill?signal=SIGKILL')) killed.resolve();
    if (url.endsWith('/wait')) await killed.promise;
    response.end(url.endsWith('/wait') ? '{"StatusCode":137}' : '');
  });
  await listen(engine, { path: socket });
  // It takes connections and answers none, as an engine does for a port that leads nowhere.
  const silent = createTcpServer((connection) => connection.destroy());
  const port = await listenOnLoopback(silent);
  const problems: string[] = [];
  const ended = Promise.withResolvers<readonly [number, readonly string[]]>();
  const inspected = {
    State: { Status: 'running' },
    NetworkSettings: { Ports: { [`${MONITORING_PORT}/tcp`]: [{ HostPort: String(port) }] } },
  };
  try {
    const run = new ContainerRun('id', 'nats-oc', inspected, {
      client: new EngineClient(socket),
      silentAfterMs: 100,
      onProblem: (text) => problems.push(text),
      onExit: (_, code, lines) => ended.resolve([code, lines]),
    });
    expect(await run.exited).toBe(137);
    expect(await run.port(MONITORING_PORT)).toBeUndefined();
    const [code, lines] = await ended.promise;
    expect([code, lines]).toEqual([137, problems]);
    expect(problems).toEqual([
      expect.stringContaining(`does not answer at 127.0.0.1:${port}, so it is ended`),
    ]);
  } finally {
    await closeServer(silent);
    await closeServer(engine);
    await rm(folder, { recursive: true, force: true });
  }
});
