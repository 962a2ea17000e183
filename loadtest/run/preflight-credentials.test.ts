// The check of a target whose nats-server requires a token: a real one, behind a server that answers /health as the
// Worker does.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { portsFileReader } from '../../local/engine/processes/listening-ports.ts';
import { closeServer, listenOnLoopback } from '../../local/listen.ts';
import { WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { EXIT } from './loadtest-error.ts';
import { checkTarget } from './preflight.ts';

let folder = '';
let nats: ChildProcess;
let front: Server;
let url = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
  const config = join(folder, 'nats.conf');
  await writeFile(
    config,
    `host: 127.0.0.1\nport: -1\nports_file_dir: "${folder}"\nauthorization { token: "right" }\nwebsocket { host: 127.0.0.1, port: -1, no_tls: true }\n`,
  );
  nats = spawn((await ensureNatsServer()).path, ['-c', config], { stdio: 'ignore' });
  const ports = await portsFileReader(folder)(() => nats.exitCode === null);
  const port = ports?.get(WEBSOCKET_PORT) ?? 0;
  const regions = JSON.stringify({ regions: [{ id: 'weur', enabled: true }] });
  front = createServer((_request, response) => response.writeHead(200).end(regions));
  front.on('upgrade', ({ url: path, rawHeaders }, socket) => {
    const upstream = connect(port, '127.0.0.1');
    const lines = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : [],
    );
    upstream.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    upstream.pipe(socket).pipe(upstream);
    for (const end of [upstream, socket]) end.on('error', () => end.destroy());
  });
  url = `http://127.0.0.1:${await listenOnLoopback(front)}`;
});

afterAll(async () => {
  nats.kill('SIGKILL');
  await once(nats, 'exit');
  // Not awaited: an upgraded connection no longer counts as one of HTTP.
  void closeServer(front);
  await rm(folder, { recursive: true });
});

test('with its token it is let in, and learns the version of the server', async () => {
  const { natsServer } = await checkTarget(url, { NATS_TOKEN: 'right' });
  expect(natsServer).toMatch(/^2\.\d+\.\d+/);
});

test('without one it says which variables to set', async () => {
  await expect(checkTarget(url, {})).rejects.toMatchObject({
    exitCode: EXIT.refused,
    message: expect.stringContaining('Set NATS_USER and NATS_PASSWORD, NATS_TOKEN, or NATS_JWT'),
  });
});

test('with a wrong one it says that these are not the right ones', async () => {
  await expect(checkTarget(url, { NATS_TOKEN: 'wrong' })).rejects.toMatchObject({
    exitCode: EXIT.refused,
    message: expect.stringContaining('are not its own'),
  });
});
