import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { Sidecar } from './sidecar.ts';

const TIMEOUT = { timeoutMs: 10_000 };
const CONTAINER_PORT = 6222;

/** Far more than any buffer between two sockets holds. */
const LARGE_BYTES = 32 * 1024 * 1024;

let sidecar: Sidecar;
let proxyPort: number;
let service: Server;
let accepted: Socket[];
const clients: Socket[] = [];

beforeEach(async () => {
  accepted = [];
  service = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    accepted.push(socket);
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  const { port } = service.address() as AddressInfo;
  sidecar = new Sidecar(async (containerPort) => (containerPort === CONTAINER_PORT ? port : undefined));
  proxyPort = await sidecar.listen();
});

afterEach(() => {
  sidecar.close();
  service.close();
  for (const socket of [...accepted, ...clients.splice(0)]) socket.destroy();
});

describe('CONNECT', () => {
  test('to a port that listens is answered with 200, and bytes pass both ways', async () => {
    const { client, head } = await tunnel();
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    const server = await firstAccepted();
    server.write('INFO');
    expect(await read(client)).toBe('INFO');
    client.write('CONNECT');
    expect(await read(server)).toBe('CONNECT');
  });

  test('to a port that is reached at another address than loopback goes there', async () => {
    const asked: number[] = [];
    const { port } = service.address() as AddressInfo;
    const elsewhere = new Sidecar(async () => port, {
      hostOf: (containerPort) => {
        asked.push(containerPort);
        return containerPort === CONTAINER_PORT ? '127.0.0.2' : undefined;
      },
    });
    try {
      // The service listens at 127.0.0.1 alone.
      const elsewherePort = await elsewhere.listen();
      const client = connect({ host: '127.0.0.1', port: elsewherePort });
      clients.push(client);
      client.write(connectRequest(CONTAINER_PORT));
      expect(await read(client)).toMatch(/^HTTP\/1\.1 400 /);
      const other = connect({ host: '127.0.0.1', port: elsewherePort });
      clients.push(other);
      other.write(connectRequest(CONTAINER_PORT + 1));
      expect(await read(other)).toMatch(/^HTTP\/1\.1 200 /);
      expect(asked).toEqual([CONTAINER_PORT, CONTAINER_PORT + 1]);
    } finally {
      elsewhere.close();
    }
  });

  test('with bytes right behind the request passes them on', async () => {
    const client = open();
    client.write(`${connectRequest(CONTAINER_PORT)}EARLY`);
    expect(await read(await firstAccepted())).toBe('EARLY');
  });

  test('with bytes that come while its server is still starting passes them on', async () => {
    let port = 0;
    let isAsked = false;
    const slow = new Sidecar(async () => {
      isAsked = true;
      await waitFor('the port', TIMEOUT, () => port !== 0);
      return port;
    });
    const client = connect({ host: '127.0.0.1', port: await slow.listen() });
    clients.push(client);
    client.write(`${connectRequest(CONTAINER_PORT)}ONE`);
    await waitFor('the request to be read', TIMEOUT, () => isAsked);
    await new Promise((resolve) => client.write('TWO', resolve));
    ({ port } = service.address() as AddressInfo);
    const server = await firstAccepted();
    expect(await read(client)).toMatch(/^HTTP\/1\.1 200 /);
    client.write('THREE');
    let received = '';
    server.on('data', (chunk) => {
      received += chunk;
    });
    await waitFor('all bytes in order', TIMEOUT, () => received === 'ONETWOTHREE');
    slow.close();
  });

  test('to a port that the container does not have is answered with 400', async () => {
    const { client, head } = await tunnel(9999);
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    await closed(client);
    expect(accepted).toHaveLength(0);
  });

  test('to a port on which nothing listens any more is answered with 400', async () => {
    service.close();
    await once(service, 'close');
    expect((await tunnel()).head).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each(['nonsense', '-1', ''])('to the port %j is answered with 400', async (port) => {
    expect((await tunnel(port)).head).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('an end', () => {
  test('of the client reaches the server, which can still answer', async () => {
    const { client } = await tunnel();
    const server = await firstAccepted();
    client.end('last words');
    expect(await readToEnd(server)).toBe('last words');
    server.end('farewell');
    expect(await readToEnd(client)).toBe('farewell');
  });

  test('of the server reaches the client, which can still send', async () => {
    const { client } = await tunnel();
    const server = await firstAccepted();
    server.end('last words');
    expect(await readToEnd(client)).toBe('last words');
    client.end('farewell');
    expect(await readToEnd(server)).toBe('farewell');
  });

  test('by reset of the server closes the client', async () => {
    const { client } = await tunnel();
    (await firstAccepted()).resetAndDestroy();
    await closed(client);
  });

  test('by reset of the client closes the server', async () => {
    const { client } = await tunnel();
    const server = await firstAccepted();
    const whenClosed = closed(server);
    client.resetAndDestroy();
    await whenClosed;
  });
});

describe('a reader that takes nothing', () => {
  const sent = randomBytes(LARGE_BYTES);

  /** Sends all of it while nobody reads, then reads it. */
  async function sendHeldBack(sender: Socket, reader: Socket): Promise<Buffer> {
    reader.pause();
    sender.write(sent);
    let held = -1;
    await waitFor('the sender to be held back', TIMEOUT, () => {
      const before = held;
      held = sender.writableLength;
      return held > 0 && held === before;
    });
    const received: Buffer[] = [];
    reader.on('data', (chunk: Buffer) => received.push(chunk));
    reader.resume();
    await waitFor(
      'all bytes',
      TIMEOUT,
      () => received.reduce((sum, { length }) => sum + length, 0) >= LARGE_BYTES,
    );
    return Buffer.concat(received);
  }

  test('at the client holds the server back, and then has all of it', async () => {
    const { client } = await tunnel();
    expect((await sendHeldBack(await firstAccepted(), client)).equals(sent)).toBe(true);
  });

  test('at the server holds the client back, and then has all of it', async () => {
    const { client } = await tunnel();
    expect((await sendHeldBack(client, await firstAccepted())).equals(sent)).toBe(true);
  });
});

describe('cutting', () => {
  test('one connection, by the port that its server sees, leaves the others', async () => {
    const first = await tunnel();
    const firstServer = await firstAccepted();
    const second = await tunnel();
    await waitFor('the second connection', TIMEOUT, () => accepted.length === 2);
    const whenClosed = closed(first.client);
    expect(sidecar.cutConnection(firstServer.remotePort ?? 0)).toBe(true);
    await whenClosed;
    second.client.write('still here');
    expect(await read(accepted[1] as Socket)).toBe('still here');
  });

  test('none, what has crossed a connection is counted in both directions', async () => {
    const { client } = await tunnel();
    const server = await firstAccepted();
    const fromPort = server.remotePort ?? 0;
    const before = sidecar.bytesOver(fromPort) ?? 0;
    client.write('12345');
    await read(server);
    server.write('678');
    await read(client);
    expect(sidecar.bytesOver(fromPort)).toBe(before + 8);
    expect(sidecar.bytesOver(1)).toBeUndefined();
  });

  test('a connection that does not exist says so', async () => {
    expect(sidecar.cutConnection(1)).toBe(false);
  });

  test('a connection twice finds it once', async () => {
    const { client } = await tunnel();
    const { remotePort = 0 } = await firstAccepted();
    const whenClosed = closed(client);
    expect(sidecar.cutConnection(remotePort)).toBe(true);
    await whenClosed;
    await waitFor('it to be forgotten', TIMEOUT, () => !sidecar.cutConnection(remotePort));
  });

  test('all of them leaves the sidecar itself running', async () => {
    const tunnels = [await tunnel(), await tunnel()];
    const whenClosed = tunnels.map(({ client }) => closed(client));
    sidecar.cut();
    await Promise.all(whenClosed);
    expect((await tunnel()).head).toMatch(/^HTTP\/1\.1 200 /);
  });
});

test('a sidecar that is closed takes its connections with it, and no more', async () => {
  const { client } = await tunnel();
  const whenClosed = closed(client);
  sidecar.close();
  await whenClosed;
  const late = connect(proxyPort, '127.0.0.1');
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});

test.each([
  ['PUT', '/egress'],
  ['GET', '/ca'],
])('%s %s, by which workerd sets it up, is answered with 200', async (method, path) => {
  const call = request({ host: '127.0.0.1', port: proxyPort, method, path, agent: false }).end('{}');
  const [response] = await once(call, 'response');
  expect(response.statusCode).toBe(200);
});

function open(): Socket {
  const client = connect({ host: '127.0.0.1', port: proxyPort, allowHalfOpen: true });
  client.on('error', () => client.destroy());
  clients.push(client);
  return client;
}

async function tunnel(port: number | string = CONTAINER_PORT): Promise<{ client: Socket; head: string }> {
  const client = open();
  client.write(connectRequest(port));
  return { client, head: await read(client) };
}

function connectRequest(port: number | string): string {
  return `CONNECT 10.0.0.1:${port} HTTP/1.1\r\nhost: 10.0.0.1\r\n\r\n`;
}

async function firstAccepted(): Promise<Socket> {
  await waitFor('a connection to the service', TIMEOUT, () => accepted.length > 0);
  return accepted[0] as Socket;
}

async function read(socket: Socket): Promise<string> {
  socket.resume();
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.pause();
  return chunk.toString();
}

/** Resolves when the other side has ended or reset the connection; data until then is ignored. */
async function closed(socket: Socket): Promise<void> {
  socket.resume().once('end', () => socket.end());
  await once(socket, 'close');
}

async function readToEnd(socket: Socket): Promise<string> {
  let all = '';
  socket.on('data', (chunk) => {
    all += chunk;
  });
  socket.resume();
  await once(socket, 'end');
  return all;
}
