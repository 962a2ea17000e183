// How servers on this machine begin to listen and how they are closed.

import { randomInt } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import { createServer, type ListenOptions, type Server } from 'node:net';

export const LOOPBACK = '127.0.0.1';

const FIRST_TOLD_PORT = 16_384;
const FIRST_GIVEN_PORT = 32_768;

/** Of `freePort`: they may not be in use yet. */
const told = new Set<number>();

/** Resolves once it listens; rejects when it cannot. */
export function listen(server: Server, where: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

/** Listens on a free port of loopback, and resolves with it. */
export async function listenOnLoopback(server: Server): Promise<number> {
  await listen(server, { port: 0, host: LOOPBACK });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address');
  return address.port;
}

/**
 * A port of loopback that nobody listens on, for a program that must be told one, or that stops and comes back there. It
 * is none of those that the system gives to whoever asks for any (from 32768 on Linux, 49152 elsewhere).
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_TOLD_PORT, FIRST_GIVEN_PORT);
    if (told.has(port)) continue;
    const server = createServer();
    try {
      await listen(server, { port, host: LOOPBACK });
    } catch {
      continue;
    }
    await closeServer(server);
    told.add(port);
    return port;
  }
}

/** Different ones. See `freePort`. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

/** Resolves when it no longer listens. An HTTP server does not wait for open connections: they are closed. */
export function closeServer(server: Server | HttpServer): Promise<void> {
  if ('closeAllConnections' in server) server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/**
 * Checks a port before anything is started that needs it.
 *
 * @throws Error that says how to take another one, when it is taken
 */
export async function checkPortIsFree(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await listen(server, { port, host });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EADDRINUSE' ? 'is taken by another process' : `cannot be listened on: ${message}`;
    throw new Error(`port ${port} on ${host} ${reason}; choose another one with --port`);
  }
  await closeServer(server);
}
