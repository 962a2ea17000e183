// The part of the Docker Engine API that workerd uses, over a unix socket. It was derived from the requests of
// workerd 2026-11-17 and miniflare 5; what they never request is not implemented.

import { chmod } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { constants } from 'node:os';
import { text } from 'node:stream/consumers';
import { listen } from '../listen.ts';
import { type Engine, EngineError } from './engine.ts';

/** What Docker's bridge network looks like to workerd: it binds the gateway, so that has to be an address here. */
const BRIDGE_NETWORK = { IPAM: { Config: [{ Gateway: '127.0.0.1', Subnet: '127.0.0.0/8' }] } };

/** The port on which workerd expects the sidecar's proxy to be published. */
const SIDECAR_PORT = '39001/tcp';

interface Call {
  readonly engine: Engine;
  readonly name: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly response: ServerResponse;
}

type Handler = (call: Call) => Promise<void> | void;

interface CreateBody {
  readonly Image: string;
  readonly Env?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
}

const ROUTES: readonly (readonly [method: string, path: RegExp, handler: Handler])[] = [
  ['GET', /^\/networks\/bridge$/, ({ response }) => reply(response, 200, BRIDGE_NETWORK)],
  ['GET', /^\/volumes$/, ({ response }) => reply(response, 200, { Volumes: [] })],
  ['GET', /^\/containers\/json$/, list],
  ['POST', /^\/containers\/create$/, create],
  ['POST', /^\/containers\/(?<name>[^/]+)\/start$/, start],
  ['GET', /^\/containers\/(?<name>[^/]+)\/json$/, inspect],
  ['POST', /^\/containers\/(?<name>[^/]+)\/wait$/, wait],
  ['POST', /^\/containers\/(?<name>[^/]+)\/kill$/, kill],
  ['POST', /^\/containers\/(?<name>[^/]+)\/stop$/, stop],
  ['DELETE', /^\/containers\/(?<name>[^/]+)$/, remove],
];

/** Serves the engine on a unix socket, which only its owner may use, until the returned server is closed. */
export async function serveDockerApi(engine: Engine, socketPath: string): Promise<Server> {
  const server = createServer((request, response) => void answer(engine, request, response));
  await listen(server, { path: socketPath });
  await chmod(socketPath, 0o600);
  return server;
}

async function answer(engine: Engine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://docker');
  const path = url.pathname.replace(/^\/v\d+\.\d+(?=\/)/, '');
  try {
    for (const [method, pattern, handler] of ROUTES) {
      const match = request.method === method ? pattern.exec(path) : null;
      if (match === null) continue;
      const name = decodeURIComponent(match.groups?.name ?? '');
      return await handler({ engine, name, query: url.searchParams, body: await text(request), response });
    }
    reply(response, 404, { message: `the embedded engine does not know ${request.method} ${path}` });
  } catch (error) {
    const status = error instanceof EngineError ? error.status : 500;
    reply(response, status, { message: error instanceof Error ? error.message : String(error) });
  }
}

function list({ engine, query, response }: Call): void {
  const filters = JSON.parse(query.get('filters') ?? '{}') as { readonly label?: readonly string[] };
  const containers = engine.list(filters.label).map(({ spec, status }) => ({
    Id: spec.name,
    Names: [`/${spec.name}`],
    Image: spec.image,
    State: status,
    Labels: spec.labels,
  }));
  reply(response, 200, containers);
}

function create({ engine, query, body, response }: Call): void {
  const name = query.get('name') ?? '';
  const spec = JSON.parse(body) as CreateBody;
  engine.create({ name, image: spec.Image, env: parseEnv(spec.Env ?? []), labels: spec.Labels ?? {} });
  reply(response, 201, { Id: name, Warnings: [] });
}

async function start({ engine, name, response }: Call): Promise<void> {
  if (engine.get(name).status === 'running') return reply(response, 304);
  await engine.start(name);
  reply(response, 204);
}

function inspect({ engine, name, response }: Call): void {
  const { spec, status, exitCode, proxyPort } = engine.get(name);
  const ports =
    proxyPort === undefined ? {} : { [SIDECAR_PORT]: [{ HostIp: '127.0.0.1', HostPort: `${proxyPort}` }] };
  reply(response, 200, {
    Id: name,
    Name: `/${name}`,
    State: { Status: status, Running: status === 'running', ExitCode: exitCode },
    Config: { Image: spec.image, Labels: spec.labels },
    NetworkSettings: { Ports: ports },
  });
}

/** Docker sends the head of the answer at once and the body when the container exits. */
async function wait({ engine, name, query, response }: Call): Promise<void> {
  const container = engine.get(name);
  const exited = query.get('condition') === 'removed' ? container.removed : container.wait();
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  response.end(JSON.stringify({ StatusCode: await exited }));
}

async function kill({ engine, name, query, response }: Call): Promise<void> {
  const signal = parseSignal(query.get('signal') ?? 'SIGKILL');
  if (!(await engine.get(name).kill(signal))) throw new EngineError(409, `container ${name} is not running`);
  reply(response, 204);
}

async function stop({ engine, name, query, response }: Call): Promise<void> {
  const container = engine.get(name);
  if (!(await container.kill('SIGTERM'))) return reply(response, 304);
  const grace = setTimeout(() => void container.kill('SIGKILL'), Number(query.get('t') ?? 10) * 1000);
  await container.wait();
  clearTimeout(grace);
  reply(response, 204);
}

async function remove({ engine, name, query, response }: Call): Promise<void> {
  const isForced = ['1', 'true'].includes(query.get('force') ?? '');
  if (!isForced && engine.get(name).status === 'running')
    throw new EngineError(409, `container ${name} is running: stop it, or use force`);
  await engine.remove(name);
  reply(response, 204);
}

function reply(response: ServerResponse, status: number, body?: unknown): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** `NAME=value` pairs; a value may hold `=`. */
function parseEnv(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** `15`, `TERM` and `SIGTERM` are one signal. */
function parseSignal(signal: string): NodeJS.Signals | number {
  if (/^\d+$/.test(signal)) return Number(signal);
  const name = signal.startsWith('SIG') ? signal : `SIG${signal}`;
  if (!(name in constants.signals)) throw new EngineError(400, `Invalid signal: ${signal}`);
  return name as NodeJS.Signals;
}
