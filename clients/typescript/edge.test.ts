// The client on two real servers, while what can happen to it happens at the worst moment.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EdgeOfTwo } from '../../test/support/edge-of-two.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { signIn, token } from './credentials.ts';
import { type Edge, type EdgeOptions, fromEndpoint, type Start } from './edge.ts';
import { ClosedError, CredentialsError, NoRegionError } from './errors.ts';

const SOON = { timeoutMs: 10_000 };

let undo = new AsyncDisposableStack();
afterEach(async () => {
  await undo.disposeAsync();
  undo = new AsyncDisposableStack();
});

/** An edge, a client of it, and what that tells. */
async function connected(options: EdgeOptions = {}, prepare: (two: EdgeOfTwo) => void = () => undefined) {
  const two = await EdgeOfTwo.start(undo);
  prepare(two);
  const told: string[] = [];
  const failures: Error[] = [];
  const edge = await fromEndpoint(two.url, {
    moved: (region, why) => told.push(`${region} ${why}`),
    failed: (error) => failures.push(error),
    ...options,
  });
  undo.defer(() => edge.close());
  return { two, edge, told, failures };
}

/** Answers sign-ins, with users that last so long, or refuses them. */
class Issuing {
  lastsMs = 3_600_000;
  refuses = false;
  readonly askedAt: number[] = [];

  readonly options = { credentials: signIn(async () => 'of-the-issuer') };

  readonly at = (two: EdgeOfTwo): void => {
    two.about = { credentials: `${two.url}/api/credentials` };
    two.answer = ({ url }: IncomingMessage, response: ServerResponse) => {
      if (url !== '/api/credentials') return false;
      this.askedAt.push(Date.now());
      const answer = this.refuses
        ? { error: { code: 'not_granted', message: 'no' } }
        : { jwt: 'user-jwt', expiresAt: Date.now() + this.lastsMs };
      response.writeHead(this.refuses ? 403 : 200).end(JSON.stringify(answer));
      return true;
    };
  };
}

const nothing: Start = async () => undefined;

/** Serves something that takes until it is told. */
function serving(edge: Edge) {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const begun = Promise.withResolvers<void>();
  const served = edge.serve(() => {
    begun.resolve();
    return promise;
  });
  return { begun: begun.promise, go: () => resolve(undefined), served };
}

describe('a server that goes', () => {
  test('is left, and what is under way there ends there', async () => {
    const { two, edge, told, failures } = await connected();
    const answer = Promise.withResolvers<string>();
    const used = edge.use(() => answer.promise);
    two.leads = 'oc';
    two.sayGoodbye('weur');
    await waitFor('the move', SOON, () => told.length === 2);
    expect(two.connected.toSorted()).toEqual(['oc', 'weur']);
    answer.resolve('of weur');
    await expect(used).resolves.toBe('of weur');
    await waitFor('the first to be closed', SOON, () => two.connected.length === 1);
    expect({ told, region: edge.region, failures }).toEqual({
      told: ['weur connected', 'oc drained'],
      region: 'oc',
      failures: [],
    });
  });

  test('is not the one that a client came to since: that one is not left', async () => {
    const { two, edge, told } = await connected();
    const busy = serving(edge);
    await busy.begun;
    two.sayGoodbye('weur');
    await edge.use((nats) => nats.flush());
    two.leads = 'oc';
    two.cut('weur');
    await waitFor('the reconnect', SOON, () => told.includes('oc reconnected'));
    busy.go();
    await busy.served;
    // It comes after the move that the notice asked for.
    await edge.serve(nothing);
    expect(two.upgrades).toEqual(['weur', 'oc']);
  });

  test('is left although it said so before anybody listened', async () => {
    const { two, told } = await connected({}, (edge) => {
      edge.atFirst = 'goodbye';
    });
    two.atFirst = 'nothing';
    two.leads = 'oc';
    await waitFor('the move', SOON, () => told.includes('oc drained'));
  });

  test('may be chosen again: waits grow until another one is', async () => {
    const at: number[] = [];
    const { two, told, failures } = await connected({ failed: () => at.push(Date.now()) });
    two.sayGoodbye('weur');
    const [first = 0, second = 0, third = 0, fourth = 0] = await waitFor(
      'attempts',
      SOON,
      () => at.length >= 4 && at,
    );
    expect(fourth - third).toBeGreaterThan(second - first);
    two.leads = 'oc';
    await waitFor('the move', SOON, () => told.includes('oc drained'));
    await waitFor('the others to be closed', SOON, () => two.connected.join() === 'oc');
    expect(failures).toEqual([]);
  });

  test('may be killed during the move', async () => {
    const { two, edge, told } = await connected();
    two.leads = 'oc';
    two.delayMs = 300;
    two.sayGoodbye('weur');
    await waitFor('the move to begin', SOON, () => two.upgrades.length === 2);
    two.cut('weur');
    await waitFor('the move', SOON, () => told.includes('oc drained'));
    await waitFor('one connection', SOON, () => two.connected.join() === 'oc');
    await edge.serve(nothing);
    expect(edge.region).toBe('oc');
  });

  test('and the next one too, while what is served starts there', async () => {
    const { two, edge, told, failures } = await connected();
    let starts = 0;
    await edge.serve(async (nats) => {
      starts += 1;
      if (starts === 2) two.cut('oc');
      await nats.flush();
      return undefined;
    });
    two.leads = 'oc';
    two.sayGoodbye('weur');
    await waitFor('the move', SOON, () => told.includes('oc drained'));
    expect(starts).toBe(3);
    expect(failures.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('weur is to be left (drained), and is not yet'),
    );
    await waitFor('one connection', SOON, () => two.connected.join() === 'oc');
  });
});

describe('credentials that end', () => {
  test('are renewed when they should be, although a move has failed since', async () => {
    const issuing = new Issuing();
    issuing.lastsMs = 4_000;
    const { two, edge, told, failures } = await connected(issuing.options, issuing.at);
    let mayStart = true;
    await edge.serve(async () => {
      if (!mayStart) throw new Error('no leader');
      return undefined;
    });
    mayStart = false;
    issuing.lastsMs = 3_600_000;
    two.sayGoodbye('weur');
    await waitFor('the move to fail', SOON, () => failures.length > 0);
    two.leads = 'oc';
    two.cut('weur');
    await waitFor('the reconnect', SOON, () => told.includes('oc reconnected'));
    mayStart = true;
    await waitFor('the renewal', SOON, () => told.includes('oc credentials'));
  });

  test('are asked for less and less often while they are refused', async () => {
    const issuing = new Issuing();
    issuing.lastsMs = 1_500;
    const { told, failures } = await connected(issuing.options, issuing.at);
    issuing.refuses = true;
    const [, second = 0, third = 0, fourth = 0] = await waitFor(
      'refusals',
      SOON,
      () => issuing.askedAt.length >= 4 && [...issuing.askedAt],
    );
    expect(third - second).toBeGreaterThan(450);
    expect(fourth - third).toBeGreaterThan(950);
    expect(failures[0]?.message).toContain('not_granted');
    issuing.refuses = false;
    issuing.lastsMs = 3_600_000;
    await waitFor('the renewal', SOON, () => told.includes('weur credentials'));
  });

  test('and have ended when they come are not asked for without a pause', async () => {
    const issuing = new Issuing();
    issuing.lastsMs = -5_000;
    const { two, told } = await connected(issuing.options, issuing.at);
    // As long as others take to connect and to close.
    for (const _ of [1, 2, 3]) await (await fromEndpoint(two.url)).close();
    expect(told).toEqual(['weur connected']);
  });

  test('are tried again where a server refuses them, for a refusal need not last', async () => {
    const two = await EdgeOfTwo.start(undo, { oc: 'authorization { token: another }' });
    const told: string[] = [];
    const failures: Error[] = [];
    await using edge = await fromEndpoint(two.url, {
      credentials: token('this'),
      moved: (region, why) => told.push(`${region} ${why}`),
      failed: (error) => failures.push(error),
    });
    two.leads = 'oc';
    two.cut('weur');
    await waitFor('refusals', SOON, () => failures.length >= 3);
    expect(failures[0]).toBeInstanceOf(CredentialsError);
    expect(edge.region).toBe('weur');
    two.leads = 'weur';
    await waitFor('the reconnect', SOON, () => told.includes('weur reconnected'));
    await edge.use((nats) => nats.flush());
  });
});

describe('functions that throw', () => {
  test('`moved` does not keep a client from moving, and is told to `failed`', async () => {
    const failures: string[] = [];
    const { two, edge } = await connected({
      moved: () => {
        throw new Error('boom');
      },
      failed: ({ message }) => failures.push(message),
    });
    two.leads = 'oc';
    two.sayGoodbye('weur');
    await waitFor('the move', SOON, () => two.connected.join() === 'oc');
    expect(edge.region).toBe('oc');
    expect(failures).toEqual(['`moved` failed: boom', '`moved` failed: boom']);
  });

  test('`failed` is written to the console, if it rejects as well', async () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    undo.defer(() => written.mockRestore());
    const boom = new Error('boom');
    const { two, told } = await connected({ failed: () => Promise.reject(boom) as unknown as undefined });
    two.leads = 'nowhere';
    two.sayGoodbye('weur');
    await waitFor('the console', SOON, () => written.mock.calls.length > 0);
    expect(written).toHaveBeenCalledWith(expect.any(String), boom);
    two.leads = 'oc';
    await waitFor('the move', SOON, () => told.includes('oc drained'));
  });

  test('what ends what is served is told to `failed`', async () => {
    const { edge, failures } = await connected();
    await edge.serve(async () => () => {
      throw new Error('boom');
    });
    await edge.close();
    expect(failures.map(({ message }) => message)).toEqual(['a connection to weur did not end gently: boom']);
  });
});

describe('closing', () => {
  test('twice is closing once, and what is used after that says so', async () => {
    const { two, edge } = await connected();
    let stops = 0;
    await edge.serve(async () => () => {
      stops += 1;
    });
    await Promise.all([edge.close(), edge.close()]);
    expect(stops).toBe(1);
    await expect(edge.use((nats) => nats.flush())).rejects.toThrow(ClosedError);
    await expect(edge.serve(nothing)).rejects.toThrow(ClosedError);
    await waitFor('the connection to end', SOON, () => two.connected.length === 0);
  });

  test('waits for what is stopped, which may use the connection', async () => {
    const { edge } = await connected();
    await edge.serve(async () => () => edge.use((nats) => nats.flush()));
    await edge.close();
  });

  test.each([
    [
      'asks the edge',
      (two: EdgeOfTwo) => {
        two.answer = () => true;
      },
    ],
    [
      'connects',
      (two: EdgeOfTwo) => {
        two.leads = 'silence';
      },
    ],
  ])('does not wait for a move that %s', async (_what, hang) => {
    const { two, edge, told } = await connected();
    const asked = vi.fn();
    hang(two);
    const { answer } = two;
    two.answer = (...request) => {
      asked();
      return answer(...request);
    };
    two.sayGoodbye('weur');
    await waitFor('the move to hang', SOON, () => asked.mock.calls.length > 0);
    const begun = Date.now();
    await edge.close();
    expect(Date.now() - begun).toBeLessThan(2_000);
    expect(told).toEqual(['weur connected']);
    await waitFor('the connections to end', SOON, () => two.connected.length === 0);
  });

  test('does not wait for what starts in a move, which is stopped when it has started', async () => {
    const { two, edge } = await connected();
    const slow = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const stopped: number[] = [];
    let starts = 0;
    await edge.serve(async () => {
      const number = ++starts;
      if (number === 2) {
        begun.resolve();
        await slow.promise;
      }
      return () => void stopped.push(number);
    });
    two.leads = 'oc';
    two.sayGoodbye('weur');
    await begun.promise;
    await edge.close();
    slow.resolve();
    await waitFor('both to be stopped', SOON, () => stopped.length === 2);
    await waitFor('the connections to end', SOON, () => two.connected.length === 0);
  });

  test.each([
    [
      'there is no server',
      (two: EdgeOfTwo) => {
        two.leads = 'nowhere';
        two.cut('weur');
      },
    ],
    ['a server hangs', (two: EdgeOfTwo) => two.stall('weur')],
  ])('ends although %s', async (_what, trouble) => {
    const { two, edge } = await connected();
    await edge.serve(async (nats) => {
      nats.subscribe('x', { callback: () => undefined });
      return undefined;
    });
    trouble(two);
    const begun = Date.now();
    await edge.close();
    expect(Date.now() - begun).toBeLessThan(8_000);
  });

  test('during a move leaves nothing behind that keeps a process', async () => {
    const two = await EdgeOfTwo.start(undo);
    const issuing = new Issuing();
    issuing.at(two);
    const child = spawn(process.execPath, ['--input-type=module', '--eval', CLOSES_IN_A_MOVE], {
      env: { ...process.env, EDGE: two.url },
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    undo.defer(() => void child.kill('SIGKILL'));
    await waitFor('the client', SOON, () => two.connected.length === 1);
    await once(child.stdout, 'data');
    two.delayMs = 500;
    two.sayGoodbye('weur');
    await waitFor('the process to end', SOON, () => child.exitCode !== null);
    expect(child.exitCode).toBe(0);
  });
});

const CLOSES_IN_A_MOVE = `
  const { fromEndpoint } = await import('./edge.ts');
  const { signIn } = await import('./credentials.ts');
  let times = 0;
  const edge = await fromEndpoint(process.env.EDGE, {
    credentials: signIn(async () => {
      times += 1;
      if (times === 2) setTimeout(() => edge.close(), 100);
      return 'jwt';
    }),
  });
  console.log('connected');
`;

describe('connecting', () => {
  test('goes on while the edge has a region that does not take the client yet', async () => {
    const two = await EdgeOfTwo.start(undo);
    two.leads = 'nowhere';
    two.answer = ({ url }, response) => {
      if (url !== '/api/whoami') return false;
      response.end(JSON.stringify({ region: 'weur', decision: 'weur' }));
      return true;
    };
    await expect(fromEndpoint(two.url, { connectWithinMs: 0 })).rejects.toThrow(NoRegionError);
    const connecting = fromEndpoint(two.url);
    await waitFor('attempts', SOON, () => two.upgrades.length >= 3);
    two.leads = 'weur';
    await using edge = await connecting;
    expect(edge.region).toBe('weur');
  });

  test('ends at once where no region takes the client', async () => {
    const two = await EdgeOfTwo.start(undo);
    two.leads = 'nowhere';
    await expect(fromEndpoint(two.url)).rejects.toMatchObject({ decision: 'weur draining' });
    expect(two.upgrades.length).toBe(1);
  });

  test.each(['cut', 'hang up'] as const)('notices at once that it ended: %s', async (how) => {
    const two = await EdgeOfTwo.start(undo);
    two.answer = ({ url }, response) => url?.startsWith('/api/') === true && !!response.writeHead(500).end();
    if (how === 'cut') two.atFirst = how;
    else two.leads = how;
    const begun = Date.now();
    await expect(fromEndpoint(two.url, { connectWithinMs: 0 })).rejects.toThrow(NoRegionError);
    expect(Date.now() - begun).toBeLessThan(2_000);
  });

  test('says what was waited for', async () => {
    const two = await EdgeOfTwo.start(undo);
    two.leads = 'silence';
    two.answer = ({ url }, response) => url?.startsWith('/api/') === true && !!response.writeHead(500).end();
    await expect(fromEndpoint(two.url, { connectWithinMs: 0 })).rejects.toThrow(
      'waited 1 s for a server to answer',
    );
  });
});

test('a connection that ends in its first words is made again at once, and is no refusal', async () => {
  const { two, told, failures } = await connected();
  two.atFirst = 'cut';
  two.cut('weur');
  await waitFor('attempts', SOON, () => two.upgrades.length >= 4);
  two.atFirst = 'nothing';
  await waitFor('the reconnect', SOON, () => told.includes('weur reconnected'));
  expect(failures).toEqual([]);
});

test('two clients of a region leave it, each once', async () => {
  const { two, told } = await connected();
  const others: string[] = [];
  await using second = await fromEndpoint(two.url, {
    moved: (region, why) => others.push(`${region} ${why}`),
  });
  two.leads = 'oc';
  two.sayGoodbye('weur');
  await waitFor('the moves', SOON, () => two.connected.join() === 'oc,oc');
  expect([told, others]).toEqual([
    ['weur connected', 'oc drained'],
    ['weur connected', 'oc drained'],
  ]);
  expect(second.region).toBe('oc');
});
