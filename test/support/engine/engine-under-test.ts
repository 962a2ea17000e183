// Three engines that speak Docker's API: the project's over processes, the project's over a real engine, and the real
// engine alone. Each with its own way to a container's ports.

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNatsServer } from '../../../local/binaries/nats-server.ts';
import { ContainerRuntime } from '../../../local/engine/containers/container-runtime.ts';
import { EngineClient } from '../../../local/engine/containers/engine-client.ts';
import { EngineRefusal } from '../../../local/engine/containers/engine-problem.ts';
import { newOwner } from '../../../local/engine/containers/ownership.ts';
import { removeContainer } from '../../../local/engine/containers/sweep.ts';
import { ulimitSettings } from '../../../local/engine/containers/ulimits.ts';
import { serveDockerApi } from '../../../local/engine/docker-api.ts';
import { Engine } from '../../../local/engine/engine.ts';
import { natsImage } from '../../../local/engine/processes/nats-image.ts';
import { ProcessRuntime } from '../../../local/engine/processes/process-runtime.ts';
import type { Runtime } from '../../../local/engine/runtime.ts';
import { closeServer } from '../../../local/listen.ts';
import type { TestEngine } from './test-engine.ts';

export interface EngineUnderTest {
  /** Whether its answers are podman's. */
  readonly isPodman: boolean;
  /** Creates a container of the image. Rejects with the status of a refusal. */
  create(name: string, env: Readonly<Record<string, string>>): Promise<void>;
  /** Any request; a refusal is an answer. */
  request(method: string, path: string): Promise<{ readonly status: number; readonly body: unknown }>;
  /** GET on one of a container's ports. */
  get(name: string, port: number, path: string): Promise<Response>;
  /** What a port says first. Rejects when it is closed. */
  firstBytes(name: string, port: number): Promise<string>;
  close(): Promise<void>;
}

/** Opens a connection to a port of a container. */
type Dial = (name: string, port: number) => Promise<Socket>;

/** Long enough for any that is open. */
const FIRST_BYTES_TIMEOUT_MS = 10_000;

const PUBLISHED = [4222, 8080, 8222, 6222, 7422].map((port) => `${port}/tcp`);

export async function onProcesses(): Promise<EngineUnderTest> {
  const { path } = await ensureNatsServer();
  const folder = await mkdtemp(join(tmpdir(), 'meridian-fidelity-'));
  const prepare = natsImage({ natsServer: path });
  return behindOurs(new ProcessRuntime({ folder: join(folder, 'containers'), prepare }), folder);
}

export async function inFrontOf({ socket, image }: TestEngine): Promise<EngineUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'meridian-fidelity-'));
  const client = new EngineClient(socket);
  const canLimit = { memory: false, processors: 0 };
  return behindOurs(new ContainerRuntime({ client, image, owner: newOwner(), canLimit }), folder);
}

export async function theEngineItself({ socket, image }: TestEngine): Promise<EngineUnderTest> {
  const client = new EngineClient(socket);
  const { body: version } = await client.call<{ Components?: readonly { Name: string }[] }>(
    'GET',
    '/version',
  );
  const created: string[] = [];
  // The default network may be one that another engine of this machine has as well.
  const network = `fidelity-${process.pid}`;
  await client.call('POST', '/networks/create', { body: { Name: network, Driver: 'bridge' } });
  return {
    isPodman: version?.Components?.some(({ Name }) => Name.includes('Podman')) ?? false,
    ...speak(client, async (name, port) => {
      const { body } = await client.call<{
        NetworkSettings: { Ports: Record<string, readonly { HostPort: string }[] | null> };
      }>('GET', `/containers/${name}/json`);
      return dial(Number(body?.NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort));
    }),
    create: async (name, env) => {
      const PortBindings = Object.fromEntries(
        PUBLISHED.map((port) => [port, [{ HostIp: '127.0.0.1', HostPort: '' }]]),
      );
      await client.call('POST', `/containers/create?name=${name}`, {
        // Its grace is the one that workerd gives: podman's is none.
        body: {
          Image: image,
          Env: pairs(env),
          StopTimeout: 10,
          HostConfig: { PortBindings, NetworkMode: network, Ulimits: ulimitSettings() },
        },
      });
      created.push(name);
    },
    close: async () => {
      await Promise.all(created.map((name) => removeContainer(client, name)));
      await client.call('DELETE', `/networks/${network}`);
    },
  };
}

/** An engine of the project's, as workerd speaks with it. */
async function behindOurs(runtime: Runtime, folder: string): Promise<EngineUnderTest> {
  const engine = new Engine({ runtime });
  const socket = join(folder, 'docker.sock');
  const server = await serveDockerApi(engine, socket);
  const client = new EngineClient(socket);
  return {
    isPodman: false,
    ...speak(client, async (name, port) => {
      const { body } = await client.call<{
        NetworkSettings: { Ports: Record<string, readonly { HostPort: string }[]> };
      }>('GET', `/containers/${name}-proxy/json`);
      return tunnel(Number(body?.NetworkSettings.Ports['39001/tcp']?.[0]?.HostPort), port);
    }),
    create: async (name, env) => {
      const body = { Image: 'meridian/nats-server', Env: pairs(env) };
      await client.call('POST', `/containers/create?name=${name}`, { body });
      await client.call('POST', `/containers/create?name=${name}-proxy`, { body });
      await client.call('POST', `/containers/${name}-proxy/start`);
    },
    close: async () => {
      await engine.close();
      await closeServer(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function speak(client: EngineClient, open: Dial): Pick<EngineUnderTest, 'request' | 'get' | 'firstBytes'> {
  return {
    request: async (method, path) => {
      try {
        return await client.call<unknown>(method, path);
      } catch (error) {
        if (error instanceof EngineRefusal) return { status: error.status, body: undefined };
        throw error;
      }
    },
    get: async (name, port, path) => {
      const socket = await open(name, port);
      const call = httpRequest({ createConnection: () => socket, path, host: 'container' }).end();
      const [response] = (await once(call, 'response')) as [IncomingMessage];
      const body = Buffer.concat(await response.toArray());
      socket.destroy();
      return new Response(body, { status: response.statusCode ?? 0 });
    },
    firstBytes: async (name, port) => {
      const socket = await open(name, port);
      const signal = AbortSignal.timeout(FIRST_BYTES_TIMEOUT_MS);
      const ended = once(socket, 'close', { signal }).then(() => {
        throw new Error(`port ${port} of ${name} says nothing`);
      });
      const [bytes] = await Promise.race([once(socket, 'data', { signal }), ended]);
      socket.destroy();
      await ended.catch(() => undefined);
      return String(bytes);
    },
  };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect', { signal: AbortSignal.timeout(FIRST_BYTES_TIMEOUT_MS) });
  return socket;
}

/** Through the sidecar, as workerd does. */
async function tunnel(proxyPort: number, port: number): Promise<Socket> {
  const call = httpRequest({
    host: '127.0.0.1',
    port: proxyPort,
    method: 'CONNECT',
    path: `10.0.0.1:${port}`,
  }).end();
  const [{ statusCode }, socket, head] = (await once(call, 'connect')) as [IncomingMessage, Socket, Buffer];
  if (statusCode !== 200) {
    socket.destroy();
    throw new Error(`the sidecar answered ${statusCode}`);
  }
  if (head.length > 0) socket.unshift(head);
  return socket;
}

function pairs(env: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
