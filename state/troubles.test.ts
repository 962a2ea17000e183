// Stores that are down, that are not there, or that refuse: an error of its kind, with the store's name and the likely fix, and
// never a secret.

import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeServer, freePort, listenOnLoopback } from '../local/listen.ts';
import {
  ACCESS_KEY,
  NATS_PASSWORD,
  SECRET_KEY,
  type StateStores,
  startStateStores,
} from '../test/support/state-stores.ts';
import { waitFor } from '../waiting/wait-for.ts';
import {
  StateConflictError,
  StateDeniedError,
  StateError,
  StateInvalidError,
  StateUnavailableError,
} from './errors.ts';
import { openState } from './open.ts';
import { secretsOf } from './secrets.ts';

let stores: StateStores;

beforeAll(async () => {
  stores = await startStateStores();
}, 60_000);
afterAll(() => stores[Symbol.asyncDispose]());

const VALUE = new TextEncoder().encode('value');

/** What each call of a store ends with; opening it counts as one. */
async function errorsOf(url: string, env: Readonly<Record<string, string>>): Promise<readonly StateError[]> {
  const errors: StateError[] = [];
  const keep = (error: unknown) => {
    expect(error).toBeInstanceOf(StateError);
    errors.push(error as StateError);
  };
  try {
    const state = await openState(url, '--at', secretsOf(env));
    await state.load('a').catch(keep);
    await state.store('a', VALUE, null).catch(keep);
    await state.list('').catch(keep);
    await state.watch('', AbortSignal.abort()).catch(keep);
    await state.close();
  } catch (error) {
    keep(error);
  }
  for (const { message } of errors) {
    expect(message).not.toContain(SECRET_KEY);
    expect(message).not.toContain(NATS_PASSWORD);
  }
  return errors;
}

function expectAll(
  errors: readonly StateError[],
  kind: new (message: string) => StateError,
  message: RegExp,
) {
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) {
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(message);
  }
}

describe('R2', () => {
  /** The S3 API as a test says. */
  async function answering(listener: RequestListener) {
    const server = createServer(listener);
    const port = await listenOnLoopback(server);
    const env = { ...stores.env, R2_ENDPOINT: `http://127.0.0.1:${port}` };
    return { env, [Symbol.asyncDispose]: () => closeServer(server) };
  }

  test('nobody listens', async () => {
    const env = { ...stores.env, R2_ENDPOINT: `http://127.0.0.1:${await freePort()}` };
    expectAll(
      await errorsOf('r2://bucket', env),
      StateUnavailableError,
      /^r2:\/\/bucket at .* does not answer/,
    );
  });

  test('the secret is wrong', async () => {
    const env = { ...stores.env, R2_SECRET_ACCESS_KEY: 'wrong' };
    expectAll(await errorsOf('r2://meridian-state', env), StateDeniedError, /refuses the credentials/);
  });

  test.each(['R2_ENDPOINT', 'R2_ACCESS_KEY_ID', 'R2_SECRET_ACCESS_KEY'])('%s is missing', async (name) => {
    const errors = await errorsOf('r2://bucket', { ...stores.env, [name]: '' });
    expectAll(errors, StateInvalidError, /needs R2_ACCESS_KEY_ID/);
  });

  test.each([
    'http://example.com',
    'ftp://example.com',
    `https://${ACCESS_KEY}:${SECRET_KEY}@example.com`,
    'x',
  ])('the endpoint %s is refused', async (R2_ENDPOINT) => {
    expectAll(
      await errorsOf('r2://bucket', { ...stores.env, R2_ENDPOINT }),
      StateInvalidError,
      /R2_ENDPOINT is/,
    );
  });

  test('there is no such bucket', async () => {
    await using edge = await answering((_request, response) => {
      response.writeHead(404).end('<Error><Code>NoSuchBucket</Code></Error>');
    });
    expectAll(
      await errorsOf('r2://typo', edge.env),
      StateUnavailableError,
      /no bucket typo .*wrangler r2 bucket create typo/,
    );
  });

  test('what answers is no S3, or fails', async () => {
    await using page = await answering((_request, response) => void response.writeHead(500).end('<html>'));
    expectAll(await errorsOf('r2://bucket', page.env), StateUnavailableError, /failed \(500\)/);
    await using other = await answering((_request, response) => void response.end('<html>'));
    const errors = await errorsOf('r2://bucket', other.env);
    expectAll(errors, StateUnavailableError, /does not answer as S3 does/);
  });

  test('too many requests are made again, since nothing was done', async () => {
    let asked = 0;
    await using slow = await answering((_request, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(429).end();
      else response.writeHead(200, { etag: '"e"' }).end();
    });
    const state = await openState('r2://bucket', '--at', secretsOf(slow.env));
    expect(await state.store('a', VALUE, null)).toBe('"e"');
    expect(asked).toBe(2);
  });

  test('a write that fails is made once: whether it is stored is not known', async () => {
    let asked = 0;
    await using broken = await answering((_request, response) => {
      asked += 1;
      response.writeHead(500).end();
    });
    const state = await openState('r2://bucket', '--at', secretsOf(broken.env));
    await expect(state.store('a', VALUE, null)).rejects.toThrow(StateUnavailableError);
    expect(asked).toBe(1);
  });

  test('a list is of all pages, and what is no key is told', async () => {
    const page = (body: string) => `<ListBucketResult>${body}</ListBucketResult>`;
    const object = (key: string) => `<Contents><Key>${key}</Key><ETag>&quot;1&quot;</ETag></Contents>`;
    let last = 'c';
    await using paged = await answering((request, response) => {
      const token = new URL(request.url ?? '', 'http://x').searchParams.get('continuation-token');
      const first = `${object('p/a')}${object('p/b')}<NextContinuationToken>1</NextContinuationToken>`;
      response.end(page(token === null ? first : object(`p/${last}`)));
    });
    const state = await openState('r2://bucket/p', '--at', secretsOf(paged.env));
    expect(await state.list('')).toEqual(['a', 'b', 'c']);
    last = 'not a key';
    await expect(state.list('')).rejects.toThrow(/no key of state, such as "not a key" \(1 in all\)/);
  });
});

describe('NATS KV', () => {
  const at = (path: string) => `nats-kv://127.0.0.1:${stores.natsPort}/${path}`;

  test('nobody listens', async () => {
    const errors = await errorsOf(`nats-kv://127.0.0.1:${await freePort()}/b`, stores.env);
    expectAll(errors, StateUnavailableError, /^nats-kv:\/\/127.0.0.1:\d+\/b cannot be used/);
  });

  test.each([{ NATS_PASSWORD: 'wrong' }, { NATS_USER: '' }])('the credentials are wrong: %o', async (env) => {
    const errors = await errorsOf(at('meridian-state'), { ...stores.env, ...env });
    expectAll(errors, StateDeniedError, /refuses the credentials: set NATS_CREDS/);
  });

  test('the file of credentials is missing', async () => {
    const errors = await errorsOf(at('b'), { NATS_CREDS: '/nowhere/x.creds' });
    expectAll(errors, StateInvalidError, /\/nowhere\/x.creds \(NATS_CREDS\) cannot be read/);
  });

  test('there is no such bucket', async () => {
    const errors = await errorsOf(at('typo'), stores.env);
    expectAll(errors, StateUnavailableError, /no bucket typo at .*nats kv add typo/);
  });

  test('the server hangs, and answers again', { timeout: 60_000 }, async () => {
    const state = await openState(at('meridian-state/hang'), '--at', secretsOf(stores.env));
    const etag = await state.store('a', VALUE, null);
    stores.signalNats('SIGSTOP');
    try {
      // A signal takes a moment to arrive.
      const error = await waitFor('the hang', { timeoutMs: 30_000 }, () =>
        state.load('a').then(
          () => undefined,
          (failure: unknown) => failure,
        ),
      );
      expect(error).toBeInstanceOf(StateUnavailableError);
      expect((error as Error).message).toMatch(/does not answer in time/);
      await expect(state.list('')).rejects.toThrow(StateUnavailableError);
    } finally {
      stores.signalNats('SIGCONT');
    }
    expect((await state.load('a'))?.etag).toBe(etag);
    await state.close();
  });

  test('over a WebSocket, as through an edge', async () => {
    const url = `nats-kv+ws://127.0.0.1:${stores.webSocketPort}/meridian-state/ws`;
    const state = await openState(url, '--at', secretsOf(stores.env));
    await state.store('a', VALUE, null);
    expect((await state.load('a'))?.value).toEqual(VALUE);
    expect(await state.list('')).toEqual(['a']);
    await state.close();
  });

  test('credentials go over no WebSocket that anybody on the way can read', async () => {
    const errors = await errorsOf('nats-kv+ws://nats.example.com/b', stores.env);
    expectAll(errors, StateInvalidError, /not encrypted: .* nats-kv\+wss/);
  });

  test('an etag of another kind of store is a conflict', async () => {
    const state = await openState(at('meridian-state/etag'), '--at', secretsOf(stores.env));
    await state.store('a', VALUE, null);
    await expect(state.store('a', VALUE, '"abc"')).rejects.toThrow(StateConflictError);
    await state.close();
  });
});

describe('a folder', () => {
  test('it is not there, or is a file', async () => {
    const folder = await stores.newFolder();
    await rm(folder, { recursive: true });
    expectAll(await errorsOf(folder.href, {}), StateUnavailableError, /There is no folder .*make it first/);
    await writeFile(folder, '');
    expectAll(await errorsOf(folder.href, {}), StateUnavailableError, /is no folder/);
  });

  test.skipIf(process.getuid?.() === 0)('it may not be written', async () => {
    const folder = await stores.newFolder();
    await chmod(folder, 0o500);
    const state = await openState(folder.href, '--at', secretsOf({}));
    await expect(state.store('a', VALUE, null)).rejects.toThrow(StateDeniedError);
  });

  test('it holds something else', async () => {
    const folder = await stores.newFolder();
    await writeFile(`${fileURLToPath(folder)}/not a key`, '');
    const state = await openState(folder.href, '--at', secretsOf({}));
    await expect(state.list('')).rejects.toThrow(StateInvalidError);
  });

  test('a folder stands where a value should be', async () => {
    const folder = await stores.newFolder();
    await mkdir(`${fileURLToPath(folder)}/a`);
    const state = await openState(folder.href, '--at', secretsOf({}));
    await expect(state.load('a')).rejects.toThrow(/EISDIR/);
    await expect(state.store('a', VALUE, null)).rejects.toThrow(StateUnavailableError);
  });
});

test('each of two stores may have secrets of its own', () => {
  const env = { NATS_TOKEN: 'both', NATS_TOKEN_TO: 'new', NATS_USER_FROM: '' };
  expect(secretsOf(env, 'to')('NATS_TOKEN')).toBe('new');
  expect(secretsOf(env, 'from')('NATS_TOKEN')).toBe('both');
  expect(secretsOf(env)('NATS_TOKEN')).toBe('both');
  expect(secretsOf(env, 'from')('NATS_USER')).toBeUndefined();
});
