// Over a real socket, with servers that answer as engines do, or not at all.

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeServer, listen } from '../../listen.ts';
import { EngineClient } from './engine-client.ts';
import { refusal, unreachable } from './engine-problem.ts';

let folder = '';
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-client-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function withServer<T>(answer: RequestListener, use: (client: EngineClient) => Promise<T>): Promise<T> {
  count += 1;
  const path = join(folder, `${count}.sock`);
  const server = createServer(answer);
  await listen(server, { path });
  try {
    return await use(new EngineClient(path));
  } finally {
    await closeServer(server);
  }
}

describe('an answer', () => {
  test('is the body as JSON, to the body that was sent', async () => {
    const echo: RequestListener = async (request, response) => {
      const body = await json(request);
      response.writeHead(201).end(JSON.stringify({ method: request.method, url: request.url, body }));
    };
    const answer = await withServer(echo, (client) => client.call('POST', '/a?b=c', { body: { d: 1 } }));
    expect(answer).toEqual({ status: 201, body: { method: 'POST', url: '/a?b=c', body: { d: 1 } } });
  });

  test('without a body is undefined', async () => {
    const answer = await withServer(
      (_, response) => response.writeHead(204).end(),
      (client) => client.call('GET', '/'),
    );
    expect(answer).toEqual({ status: 204, body: undefined });
  });

  test('that is an error is thrown with what the engine said, unless it is allowed', async () => {
    const refuse: RequestListener = (_, response) =>
      response.writeHead(404).end(JSON.stringify({ message: 'No such image: none' }));
    await withServer(refuse, async (client) => {
      await expect(client.call('GET', '/')).rejects.toMatchObject({
        name: 'EngineRefusal',
        status: 404,
        message: expect.stringMatching(/^the container engine said: No such image: none \(build it with/),
      });
      expect(await client.call('GET', '/', { allow: [404] })).toEqual({ status: 404, body: undefined });
    });
  });
});

describe('no answer', () => {
  test('where no socket is says so', async () => {
    await expect(new EngineClient(join(folder, 'none.sock')).call('GET', '/')).rejects.toMatchObject({
      name: 'EngineUnreachable',
      message: expect.stringContaining('no container engine is at'),
    });
  });

  test('from an engine that breaks off in the middle says so', async () => {
    const half: RequestListener = (_, response) => {
      response.write('{', () => response.destroy());
    };
    await withServer(half, (client) =>
      expect(client.call('GET', '/')).rejects.toMatchObject({
        name: 'EngineUnreachable',
        message: expect.stringContaining('broke off'),
      }),
    );
  });

  test('any more once it is given up, with the reason', async () => {
    const given = new AbortController();
    await withServer(
      () => given.abort(new Error('enough')),
      (client) => expect(client.call('GET', '/', { signal: given.signal })).rejects.toThrow('enough'),
    );
  });
});

describe('the fix is told', () => {
  test.each([
    ['EACCES', /sudo usermod -aG docker/],
    ['ECONNREFUSED', /does not run: start Docker Desktop/],
    ['ENOENT', /install Docker or podman/],
  ])('for %s', (code, fix) => {
    expect(unreachable('/run/docker.sock', Object.assign(new Error('no'), { code })).message).toMatch(fix);
  });

  test.each([
    ['write /var/lib/containers: no space left on device', /its disk is full: .*system prune/],
    ['could not find an available, non-overlapping IPv4 address pool', /network prune/],
    ['listen tcp4 127.0.0.1:4222: bind: address already in use', /the next start takes another one/],
  ])('for %j', (said, fix) => {
    expect(refusal(500, JSON.stringify({ message: said })).message).toMatch(fix);
  });

  test('and what is no JSON is told as it is', () => {
    expect(refusal(502, 'Bad Gateway').message).toBe('the container engine said: Bad Gateway');
    expect(refusal(502, '').message).toBe('the container engine said: status 502');
  });
});
