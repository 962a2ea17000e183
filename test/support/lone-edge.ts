// A front that answers as the Worker does, with one region, whose server is a nats-server with a configuration that a test
// gives it: for what Meridian's own servers on this machine do not have, such as credentials that expire.

import { createServer } from 'node:http';
import { connect } from 'node:net';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import { WEBSOCKET_PORT } from '../../regions/container-ports.ts';
import { startNatsServerProcess } from './nats-server-process.ts';

/** Id of its region. */
const REGION = 'weur';

const LISTENS = `
host: 127.0.0.1
port: -1
server_name: nats-${REGION}
websocket { host: 127.0.0.1, port: -1, no_tls: true }
`;

/**
 * @param configuration of its server, beside where that listens
 * @param folder for its files
 * @param undo ends it
 * @returns its address
 */
export async function startLoneEdge(
  { configuration, folder }: { readonly configuration: string; readonly folder: string },
  undo: AsyncDisposableStack,
): Promise<string> {
  const { path: program } = await ensureNatsServer();
  const server = await startNatsServerProcess(
    { program, name: 'the server behind the front', folder, configuration: LISTENS + configuration },
    undo,
  );
  const port = server.portOf(WEBSOCKET_PORT);
  const answers: Readonly<Record<string, object>> = {
    '/health': { ok: true, regions: [REGION] },
    '/api/regions': { regions: [{ id: REGION, enabled: true, jetstream: false, clients: 0 }] },
    '/api/route': { candidates: [{ region: REGION }] },
  };
  const front = createServer(({ url = '' }, response) => {
    const answer = answers[url.split('?')[0] ?? ''];
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}));
  });
  front.on('upgrade', ({ url: path, rawHeaders }, socket) => {
    // Else small messages wait for the acknowledgement of the ones before: 40 ms.
    const upstream = connect({ port, host: LOOPBACK, noDelay: true });
    const lines = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : [],
    );
    upstream.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    upstream.pipe(socket).pipe(upstream);
    for (const end of [upstream, socket]) end.on('error', () => end.destroy());
  });
  const url = `http://${LOOPBACK}:${await listenOnLoopback(front)}`;
  // Not awaited: an upgraded connection no longer counts as one of HTTP.
  undo.defer(() => void closeServer(front));
  return url;
}
