// What may be at the address of an external region: a real nats-server, or something else at the same port.

import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { LOOPBACK } from '../../local/listen.ts';
import { temporaryFolder } from './command-process.ts';
import { startNatsServerProcess } from './nats-server-process.ts';

export interface OtherServer {
  /** At once, as by SIGKILL. */
  close(): Promise<void>;
}

/** A nats-server of somebody else, which takes WebSockets at this port. @param more of its configuration */
export async function natsServerAt(port: number, name: string, more = ''): Promise<OtherServer> {
  const { path: program } = await ensureNatsServer();
  const undo = new AsyncDisposableStack();
  const folder = undo.adopt(await temporaryFolder(), (each) => rm(each, { recursive: true, force: true }));
  const configuration = `
    host: ${LOOPBACK}
    port: -1
    server_name: ${name}
    websocket { host: ${LOOPBACK}, port: ${port}, no_tls: true }
    ${more}`;
  await startNatsServerProcess({ program, name, folder, configuration }, undo);
  return { close: () => undo.disposeAsync() };
}

/** A web server that answers each upgrade with these lines. Tells what was asked. */
export async function webServerAt(
  port: number,
  answer: string,
): Promise<OtherServer & { readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer().on('upgrade', (request: IncomingMessage, socket) => {
    asked.push(request);
    socket.end(answer);
  });
  return { ...(await listening(server, port)), asked };
}

/** A door in front of a nats-server: it lets in who has the header, and tells what they sent. */
export async function doorAt(
  port: number,
  to: number,
  authorization: string,
): Promise<OtherServer & { readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer().on('upgrade', (request: IncomingMessage, socket: Socket) => {
    asked.push(request);
    if (request.headers.authorization !== authorization) {
      socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const lines = request.rawHeaders.flatMap((name, index, all) =>
      index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : [],
    );
    const inner = connect(to, LOOPBACK, () => {
      inner.write(`GET ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      joined(socket, inner);
    });
    inner.on('error', () => socket.destroy());
  });
  return { ...(await listening(server, port)), asked };
}

/** A server that says these bytes over a WebSocket, and closes unless it stays. */
export async function speakerAt(
  port: number,
  text: string,
  { stays = false }: { readonly stays?: boolean } = {},
): Promise<OtherServer> {
  const { WebSocketServer } = await import('ws');
  const server = createServer();
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.send(text);
    if (!stays) socket.close(1008, 'not you');
  });
  return listening(server, port);
}

/** TLS in front of what listens at another port. */
export async function tlsAt(port: number, to: number, { cert, key }: Certificate): Promise<OtherServer> {
  const server = createTlsServer({ cert, key }, (outer) => {
    const inner = connect(to, LOOPBACK);
    joined(outer, inner);
  });
  server.on('tlsClientError', () => {});
  return listening(server, port);
}

/** What goes wrong on the way to a server, as a test sets it. */
export interface Faults {
  /** One upgrade of so many is refused; 0: none. */
  oneOf: number;
  delayMs: number;
}

/** A way to what listens at another port, with faults. */
export async function faultyWay(
  port: number,
  to: number,
): Promise<OtherServer & { readonly faults: Faults }> {
  const faults: Faults = { oneOf: 0, delayMs: 0 };
  let count = 0;
  const server = createTcpServer((outer) => {
    outer.on('error', () => {});
    count += 1;
    if (faults.oneOf > 0 && count % faults.oneOf === 0)
      return outer.end('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n');
    outer.pause();
    setTimeout(() => {
      joined(outer, connect(to, LOOPBACK));
      outer.resume();
    }, faults.delayMs);
  });
  return { ...(await listening(server, port)), faults };
}

function joined(one: Socket, other: Socket): void {
  one.on('error', () => other.destroy()).on('close', () => other.destroy());
  other.on('error', () => one.destroy()).on('close', () => one.destroy());
  one.pipe(other).pipe(one);
}

async function listening(server: Server, port: number): Promise<OtherServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, LOOPBACK, resolve);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { close };
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority of its own, and two certificates for this machine: one by it, and one by nobody. */
export async function makeCertificates(
  folder: string,
): Promise<{ readonly authority: string; readonly trusted: Certificate; readonly unknown: Certificate }> {
  const run = promisify(execFile);
  const openssl = (...args: readonly string[]) => run('openssl', args, { cwd: folder });
  const { readFile } = await import('node:fs/promises');
  const read = async (name: string) => ({
    cert: await readFile(join(folder, `${name}.pem`), 'utf8'),
    key: await readFile(join(folder, `${name}.key`), 'utf8'),
  });
  const san = `subjectAltName=DNS:localhost,IP:${LOOPBACK}`;
  const selfSigned = (name: string) =>
    openssl(
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`],
      ...['-addext', san, '-keyout', `${name}.key`, '-out', `${name}.pem`],
    );
  await selfSigned('authority');
  await selfSigned('unknown');
  await openssl(
    ...['req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost'],
    ...['-keyout', 'trusted.key', '-out', 'trusted.csr'],
  );
  await writeFile(join(folder, 'san'), `${san}\n`);
  await openssl(
    ...['x509', '-req', '-in', 'trusted.csr', '-CA', 'authority.pem', '-CAkey', 'authority.key'],
    ...['-CAcreateserial', '-days', '2', '-extfile', 'san', '-out', 'trusted.pem'],
  );
  const authority = join(folder, 'authority.pem');
  return { authority, trusted: await read('trusted'), unknown: await read('unknown') };
}

/** A port at which nothing but a TCP connection is to be had. */
export async function muteAt(port: number): Promise<OtherServer> {
  return listening(createTcpServer(), port);
}
