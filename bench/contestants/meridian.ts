// Meridian on this machine, by `startStack`: the real Worker, its objects, the mesh, a nats-server for each region.

import { WORKER } from '../../local/edge.ts';
import type { Engine } from '../../local/engine/engine.ts';
import { freePort } from '../../local/listen.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { buildWorker } from '../../local/worker-build.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { instanceNameOf } from '../../regions/names.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { buildCrowdedWorker, buildFirstVisitWorker, HAND_OFF_WORKERS } from './altered-worker.ts';
import { configFor, DISTINCT_PLACES } from './config.ts';
import type { RunningStack, ServerPorts, StackRequest } from './contestant.ts';
import { farRoute } from './far-route.ts';
import { isolateBytes } from './isolate-memory.ts';
import { portsOf } from './nats-process.ts';
import { makeOperator } from './operator.ts';
import { routeBetween } from './routes.ts';

/** A server that was killed is back within this. */
const RESTART_TIMEOUT_MS = 60_000;

export async function startMeridian(request: StackRequest): Promise<RunningStack> {
  const config = await configFor(request);
  const { natsServer, handOff, firstVisit, wan, farAddress } = request;
  const far = config.regions[1];
  const operator = request.operator ? await makeOperator() : undefined;
  const inspectorPort = request.inspected ? await freePort() : undefined;
  const started = performance.now();
  const steps: Record<string, number> = {};
  const onProgress = (step: string) => {
    steps[stepName(step)] = performance.now() - started;
  };
  const isCrowded = config.regions.length > DISTINCT_PLACES;
  const stack = await startStack({
    config,
    natsServer,
    wan,
    ...(farAddress !== undefined &&
      far !== undefined && { hosts: farRoute(instanceNameOf(far.id), farAddress) }),
    inspectorPort,
    onProgress,
    ...(operator !== undefined && { auth: { secrets: operator.secrets, login: {} } }),
    ...(isCrowded && { build: buildCrowdedWorker }),
    ...(request.collects === false && { build: buildWithoutCollector }),
    ...(handOff !== undefined && { build: HAND_OFF_WORKERS[handOff] }),
    ...(firstVisit !== undefined && { build: buildFirstVisitWorker(firstVisit) }),
  });
  steps.mesh = performance.now() - started;
  return {
    url: `${stack.url.replace('http:', 'ws:')}/`,
    regions: config.regions.map(({ id }) => id),
    ...(operator !== undefined && { credentials: operator.credentials }),
    steps,
    servers: () => serversOf(stack.engine, config),
    kill: (name) => killServer(stack.engine, name),
    cutLink: () => cutLink(stack.engine, config),
    routeBytes: () => routeBytes(stack.engine, config),
    stop: (name) => stopRegion(stack, name),
    ...(inspectorPort !== undefined && { isolateBytes: () => isolateBytes(inspectorPort, WORKER) }),
    api: stack.api,
    close: stack.close,
  };
}

/** The step of a start that a progress line belongs to; of several lines the last one counts. */
function stepName(step: string): string {
  if (step.startsWith('Worker built')) return 'built';
  if (step.startsWith('Worker running')) return 'workerd';
  if (step.startsWith('region ')) return 'up';
  return step.startsWith('link ') ? 'mesh' : 'engine';
}

async function serversOf(engine: Engine, config: MeridianConfig): Promise<readonly ServerPorts[]> {
  const names = config.regions.map(({ id }) => instanceNameOf(id));
  const running = names.map(async (name) => {
    const app = engine.server(name)?.app;
    return app === undefined ? [] : [await portsOf(name, app)];
  });
  return (await Promise.all(running)).flat();
}

async function routeBytes(engine: Engine, config: MeridianConfig): Promise<number> {
  const [one, other] = await serversOf(engine, config);
  if (one === undefined || other === undefined) throw new Error('there are no two servers');
  const route = await routeBetween(one, other);
  const bytes = engine.server(one.name)?.sidecar.bytesOver(route?.port ?? 0);
  if (bytes === undefined) throw new Error(`${one.name} has no route to ${other.name}`);
  return bytes;
}

/** As a network failure does: resets the connection at one of the two containers. */
async function cutLink(engine: Engine, config: MeridianConfig): Promise<void> {
  const [one, other] = await serversOf(engine, config);
  if (one === undefined || other === undefined) throw new Error('there are no two servers');
  const route = await routeBetween(one, other);
  const isCut = engine.server(one.name)?.sidecar.cutConnection(route?.port ?? 0);
  if (isCut !== true) throw new Error(`${one.name} has no route to ${other.name} that could be cut`);
}

/** Returns once another one runs in its place. */
const buildWithoutCollector: typeof buildWorker = async (...args) => {
  const build = await buildWorker(...args);
  return { ...build, objects: build.objects.filter(({ binding }) => binding !== 'METRICS') };
};

async function killServer(engine: Engine, name: string): Promise<void> {
  const killed = engine.server(name)?.app;
  if (killed === undefined) throw new Error(`${name} is not running`);
  await killed.kill('SIGKILL');
  await waitFor(`${name} to run again`, { timeoutMs: RESTART_TIMEOUT_MS }, () => {
    const app = engine.server(name)?.app;
    return app !== undefined && app !== killed;
  });
}

async function stopRegion({ api, engine }: Stack, name: string): Promise<void> {
  const id = name.slice(instanceNameOf('').length);
  await api.operate(id, 'stop');
  await waitFor(`${name} to sleep`, { timeoutMs: RESTART_TIMEOUT_MS }, async () => {
    const { regions } = await api.regions();
    const isAsleep = regions.find((region) => region.id === id)?.state === 'asleep';
    return isAsleep && engine.server(name) === undefined;
  });
}
