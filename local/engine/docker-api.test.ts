// The API over a real socket, with real processes: `sh` in place of the image.

import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { type IncomingMessage, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { closeServer } from '../listen.ts';
import type { ContainerSpec } from './container.ts';
import { serveDockerApi } from './docker-api.ts';
import { Engine } from './engine.ts';
import { OutputLog } from './output-log.ts';
import { type Launch, ProcessRuntime } from './processes/process-runtime.ts';

const TIMEOUT = { timeoutMs: 10_000 };
const FOREVER = 'exec sleep 60';

let folder: string;
let engine: Engine;
let server: Server;
let socketPath: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-engine-'));
  socketPath = join(folder, 'docker.sock');
  engine = new Engine({ runtime: new ProcessRuntime({ folder: join(folder, 'containers'), prepare }) });
  server = await serveDockerApi(engine, socketPath);
});

afterEach(async () => {
  await engine.close();
  await closeServer(server);
  await rm(folder, { recursive: true, force: true });
});

describe('what workerd asks for at its start', () => {
  test('the bridge network has a gateway that can be bound', async () => {
    const { status, body } = await call('GET', '/networks/bridge');
    expect(status).toBe(200);
    expect(body).toMatchObject({ IPAM: { Config: [{ Gateway: '127.0.0.1' }] } });
  });

  test('there are no volumes', async () => {
    expect(await call('GET', '/volumes?filters=%7B%7D')).toEqual({ status: 200, body: { Volumes: [] } });
  });

  test('a path with the version of the API in front is the same path', async () => {
    expect((await call('GET', '/v1.43/networks/bridge')).status).toBe(200);
  });
});

describe('what is not known', () => {
  test.each([
    ['GET', '/'],
    ['GET', '/info'],
    ['POST', '/networks/bridge'],
    ['GET', '/containers/a/start'],
    ['POST', '/containers/a/b/start'],
  ])('%s %s is answered with 404 and says so', async (method, path) => {
    const { status, body } = await call(method, path);
    expect(status).toBe(404);
    expect(body).toEqual({ message: `the embedded engine does not know ${method} ${path}` });
  });

  test.each([
    ['POST', '/containers/gone/start'],
    ['GET', '/containers/gone/json'],
    ['POST', '/containers/gone/wait'],
    ['POST', '/containers/gone/kill'],
    ['POST', '/containers/gone/stop'],
    ['DELETE', '/containers/gone?force=true'],
  ])('%s %s of a container that does not exist is 404', async (method, path) => {
    expect(await call(method, path)).toEqual({ status: 404, body: { message: 'No such container: gone' } });
  });

  test('a body that is no JSON is an error, not the end of the engine', async () => {
    expect((await call('POST', '/containers/create?name=a', 'nonsense')).status).toBe(500);
    expect((await call('GET', '/networks/bridge')).status).toBe(200);
  });
});

describe('a container', () => {
  test('is created, runs, and exits', async () => {
    expect(await create('a', 'exit 3')).toMatchObject({ status: 201, body: { Id: 'a' } });
    expect(await stateOf('a')).toMatchObject({ Status: 'created', Running: false });
    expect((await call('POST', '/containers/a/start')).status).toBe(204);
    expect(await call('POST', '/containers/a/wait')).toEqual({ status: 200, body: { StatusCode: 3 } });
    expect(await stateOf('a')).toEqual({ Status: 'exited', Running: false, ExitCode: 3 });
  });

  test('runs between its start and its end', async () => {
    await run('a', FOREVER);
    expect(await stateOf('a')).toMatchObject({ Status: 'running', Running: true });
  });

  test('is shown with its image and labels', async () => {
    await create('a', FOREVER, { app: 'meridian' });
    const { body } = await call('GET', '/containers/a/json');
    expect(body).toMatchObject({
      Id: 'a',
      Config: { Image: 'image', Labels: { app: 'meridian' } },
      NetworkSettings: { Ports: {} },
    });
  });

  test('is given its environment, with all that stands behind the first =', async () => {
    await create('a', '[ "$VALUE" = "x=y=" ] && env | grep -qx EMPTY=', {}, ['VALUE=x=y=', 'EMPTY']);
    await call('POST', '/containers/a/start');
    expect((await call('POST', '/containers/a/wait')).body).toEqual({ StatusCode: 0 });
  });

  test('with a name that is taken is refused with 409', async () => {
    await create('a', FOREVER);
    expect(await create('a', FOREVER)).toEqual({ status: 409, body: { message: 'the name a is in use' } });
  });

  test('with a name that was freed is another one', async () => {
    await run('a', 'exit 3');
    await call('POST', '/containers/a/wait');
    await call('DELETE', '/containers/a');
    expect((await create('a', FOREVER)).status).toBe(201);
    expect(await stateOf('a')).toMatchObject({ Status: 'created', ExitCode: 0 });
  });

  test('that runs is not started again', async () => {
    await run('a', 'trap "exit 7" TERM; touch ready; while :; do sleep 0.05; done');
    await fileIn('a', 'ready');
    expect((await call('POST', '/containers/a/start')).status).toBe(304);
    await call('POST', '/containers/a/kill?signal=TERM');
    expect((await call('POST', '/containers/a/wait')).body).toEqual({ StatusCode: 7 });
  });

  test('that cannot be run at all is an error of its start', async () => {
    await create('a', FOREVER, {}, ['SHELL_PATH=/does/not/exist']);
    const { status, body } = await call('POST', '/containers/a/start');
    expect(status).toBe(500);
    expect(body).toEqual({ message: expect.stringContaining('a: cannot run /does/not/exist') });
  });

  test('has a folder of its own, which is empty at every start', async () => {
    await run('a', '[ -z "$(ls)" ] && touch mark');
    expect((await call('POST', '/containers/a/wait')).body).toEqual({ StatusCode: 0 });
    await call('POST', '/containers/a/start');
    expect((await call('POST', '/containers/a/wait')).body).toEqual({ StatusCode: 0 });
  });
});

describe('waiting', () => {
  test('answers with its head at once and with its body when the container exits', async () => {
    await run('a', FOREVER);
    const response = await send('POST', '/containers/a/wait');
    expect(response.statusCode).toBe(200);
    await call('POST', '/containers/a/kill?signal=TERM');
    expect(await json(response)).toEqual({ StatusCode: 143 });
  });

  test('for its removal answers once it is removed, not when it exits', async () => {
    await run('a', 'exit 4');
    let isAnswered = false;
    const removed = call('POST', '/containers/a/wait?condition=removed').finally(() => {
      isAnswered = true;
    });
    await call('POST', '/containers/a/wait');
    expect(isAnswered).toBe(false);
    await call('DELETE', '/containers/a');
    expect((await removed).body).toEqual({ StatusCode: 4 });
  });

  test('for a container that has exited answers at once, every time', async () => {
    await run('a', 'exit 4');
    const answers = [1, 2, 3].map(() => call('POST', '/containers/a/wait'));
    for (const answer of answers) expect((await answer).body).toEqual({ StatusCode: 4 });
    expect((await call('POST', '/containers/a/wait')).body).toEqual({ StatusCode: 4 });
  });
});

describe('a kill', () => {
  test.each([
    ['', 137],
    ['?signal=SIGKILL', 137],
    ['?signal=KILL', 137],
    ['?signal=9', 137],
    ['?signal=SIGTERM', 143],
    ['?signal=TERM', 143],
    ['?signal=15', 143],
  ])('with %j ends the container with %i', async (query, code) => {
    await run('a', FOREVER);
    expect((await call('POST', `/containers/a/kill${query}`)).status).toBe(204);
    expect((await call('POST', '/containers/a/wait')).body).toEqual({ StatusCode: code });
  });

  test('with a signal that the container handles leaves it running', async () => {
    await run('a', 'trap "touch got-it" USR2; touch ready; while :; do sleep 0.05; done');
    await fileIn('a', 'ready');
    await call('POST', '/containers/a/kill?signal=USR2');
    await fileIn('a', 'got-it');
    expect(await stateOf('a')).toMatchObject({ Running: true });
  });

  test('with a signal that does not exist is refused with 400', async () => {
    await run('a', FOREVER);
    expect(await call('POST', '/containers/a/kill?signal=NONE')).toEqual({
      status: 400,
      body: { message: 'Invalid signal: NONE' },
    });
    expect(await stateOf('a')).toMatchObject({ Running: true });
  });

  test.each(['created', 'exited'])('of a container that is only %s is refused with 409', async (state) => {
    await create('a', 'exit 0');
    if (state === 'exited') {
      await call('POST', '/containers/a/start');
      await call('POST', '/containers/a/wait');
    }
    expect(await call('POST', '/containers/a/kill?signal=TERM')).toEqual({
      status: 409,
      body: { message: 'container a is not running' },
    });
  });
});

describe('a stop', () => {
  test('lets the container end by itself', async () => {
    await run('a', 'trap "exit 7" TERM; touch ready; while :; do sleep 0.05; done');
    await fileIn('a', 'ready');
    expect((await call('POST', '/containers/a/stop')).status).toBe(204);
    expect(await stateOf('a')).toMatchObject({ Status: 'exited', ExitCode: 7 });
  });

  test('kills it when its grace is over', async () => {
    await run('a', 'trap "" TERM; touch ready; while :; do sleep 0.05; done');
    await fileIn('a', 'ready');
    expect((await call('POST', '/containers/a/stop?t=0')).status).toBe(204);
    expect(await stateOf('a')).toMatchObject({ Status: 'exited', ExitCode: 137 });
  });

  test('of a container that does not run changes nothing', async () => {
    await create('a', FOREVER);
    expect((await call('POST', '/containers/a/stop')).status).toBe(304);
    expect(await stateOf('a')).toMatchObject({ Status: 'created' });
  });
});

describe('removing', () => {
  test('ends a container that runs, and frees its name and folder', async () => {
    await run('a', FOREVER);
    const waiting = call('POST', '/containers/a/wait');
    expect((await call('DELETE', '/containers/a?force=true')).status).toBe(204);
    expect((await waiting).body).toEqual({ StatusCode: 137 });
    expect((await call('GET', '/containers/a/json')).status).toBe(404);
    await expect(stat(join(folder, 'containers/a'))).rejects.toThrow('ENOENT');
  });

  test('a container that runs needs force', async () => {
    await run('a', FOREVER);
    expect((await call('DELETE', '/containers/a')).status).toBe(409);
    expect(await stateOf('a')).toMatchObject({ Running: true });
  });

  test('a container that never ran is no error', async () => {
    await create('a', FOREVER);
    expect((await call('DELETE', '/containers/a')).status).toBe(204);
  });
});

describe('the list', () => {
  const names = async (filters?: object): Promise<string[]> => {
    const query = filters === undefined ? '' : `?filters=${encodeURIComponent(JSON.stringify(filters))}`;
    const { body } = await call('GET', `/containers/json${query}`);
    return (body as { Id: string }[]).map(({ Id }) => Id).toSorted();
  };

  beforeEach(async () => {
    await create('a', FOREVER, { app: 'meridian', region: 'weur' });
    await create('b', FOREVER, { app: 'meridian', region: 'enam' });
    await create('c', FOREVER, { app: 'other' });
  });

  test('without filters is all of them', async () => {
    expect(await names()).toEqual(['a', 'b', 'c']);
    expect(await names({})).toEqual(['a', 'b', 'c']);
  });

  test('by a label and its value is those that carry it', async () => {
    expect(await names({ label: ['app=meridian'] })).toEqual(['a', 'b']);
  });

  test('by a label alone is those that carry it with any value', async () => {
    expect(await names({ label: ['region'] })).toEqual(['a', 'b']);
  });

  test('by two labels is those that carry both', async () => {
    expect(await names({ label: ['app=meridian', 'region=enam'] })).toEqual(['b']);
    expect(await names({ label: ['app=other', 'region=enam'] })).toEqual([]);
  });

  test('shows each with its name, image, state and labels', async () => {
    await call('POST', '/containers/c/start');
    const { body } = await call('GET', `/containers/json?filters={"label":["app=other"]}`);
    expect(body).toEqual([
      { Id: 'c', Names: ['/c'], Image: 'image', State: 'running', Labels: { app: 'other' } },
    ]);
  });
});

describe('a sidecar', () => {
  test('has its proxy published on port 39001 once it runs', async () => {
    await run('a-proxy', '');
    const { body } = await call('GET', '/containers/a-proxy/json');
    expect(body).toMatchObject({
      State: { Status: 'running' },
      NetworkSettings: { Ports: { '39001/tcp': [{ HostPort: expect.stringMatching(/^\d+$/) }] } },
    });
  });

  test('ends with 137 when it is killed, and cannot be killed twice', async () => {
    await run('a-proxy', '');
    expect((await call('POST', '/containers/a-proxy/kill')).status).toBe(204);
    expect((await call('POST', '/containers/a-proxy/wait')).body).toEqual({ StatusCode: 137 });
    expect((await call('POST', '/containers/a-proxy/kill')).status).toBe(409);
  });
});

describe('an outage', () => {
  const server = ['NATS_SERVER_NAME=nats-weur'];

  test('kills the server, and every start fails until it is over', async () => {
    await create('a', FOREVER, {}, server);
    await create('a-proxy', '', {}, server);
    await call('POST', '/containers/a/start');
    await engine.beginOutage('nats-weur');
    expect((await call('POST', '/containers/a/wait')).body).toEqual({ StatusCode: 137 });
    const { status, body } = await call('POST', '/containers/a/start');
    expect(status).toBe(500);
    expect(body).toEqual({ message: expect.stringContaining('no host can run it') });
    engine.endOutage('nats-weur');
    expect((await call('POST', '/containers/a/start')).status).toBe(204);
  });

  test('of one server leaves the others', async () => {
    await engine.beginOutage('nats-enam');
    await create('a', FOREVER, {}, server);
    expect((await call('POST', '/containers/a/start')).status).toBe(204);
  });
});

test('an engine that is closed has ended everything, left no folder, and creates nothing more', async () => {
  await run('a', FOREVER);
  const waiting = call('POST', '/containers/a/wait');
  await engine.close();
  expect((await waiting).body).toEqual({ StatusCode: 137 });
  await expect(stat(join(folder, 'containers'))).rejects.toThrow('ENOENT');
  expect((await create('b', FOREVER)).status).toBe(500);
});

/** Runs what the variable SCRIPT says. */
function prepare({ env }: ContainerSpec, cwd: string): Launch {
  const { SCRIPT = '', SHELL_PATH = '/bin/sh' } = env;
  return {
    command: { file: SHELL_PATH, args: ['-c', SCRIPT], cwd, env: { PATH: process.env.PATH ?? '', ...env } },
    readPorts: async () => new Map(),
    log: new OutputLog(),
    onStart: () => {},
    onExit: () => {},
  };
}

function create(name: string, script: string, Labels: object = {}, env: readonly string[] = []) {
  const body = { Image: 'image', Labels, Env: [`SCRIPT=${script}`, ...env] };
  return call('POST', `/containers/create?name=${name}`, JSON.stringify(body));
}

async function run(name: string, script: string): Promise<void> {
  await create(name, script);
  expect((await call('POST', `/containers/${name}/start`)).status).toBe(204);
}

async function stateOf(name: string): Promise<unknown> {
  const { body } = await call('GET', `/containers/${name}/json`);
  return (body as { State: unknown }).State;
}

async function fileIn(name: string, file: string): Promise<void> {
  await waitFor(`${file} of ${name}`, TIMEOUT, async () => {
    await stat(join(folder, 'containers', name, file));
    return true;
  });
}

async function call(method: string, path: string, body?: string): Promise<{ status: number; body: unknown }> {
  const response = await send(method, path, body);
  const answer = await text(response);
  return { status: response.statusCode ?? 0, body: answer === '' ? undefined : JSON.parse(answer) };
}

async function send(method: string, path: string, body?: string): Promise<IncomingMessage> {
  const [response] = await once(request({ socketPath, method, path, agent: false }).end(body), 'response');
  return response as IncomingMessage;
}
