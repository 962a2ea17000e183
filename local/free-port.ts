// Finds out whether a port can be had, before anything is started that needs it.

import { createServer } from 'node:net';

/** @throws Error that says who may hold it and how to take another, when it is taken */
export async function checkPortIsFree(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EADDRINUSE' ? 'is taken by another process' : `cannot be listened on: ${message}`;
    throw new Error(`port ${port} on ${host} ${reason}; choose another one with --port`);
  } finally {
    server.close();
  }
}
