// Closing a server for good: its open connections do not keep it.

import type { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';

/** Resolves when it listens no more and every connection of an HTTP server is closed. */
export function closeServer(server: Server | HttpServer): Promise<void> {
  if ('closeAllConnections' in server) server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
