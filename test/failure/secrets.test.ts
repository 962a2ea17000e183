// The credentials of clients are changed, from a token to a user, by the commands that operators run, while clients connect all
// the time: none is refused, until the old ones are.

import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { AuthorizationError } from '@nats-io/nats-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Secrets } from '../../api/secrets.ts';
import type { NatsLogin } from '../../local/auth/nats-login.ts';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { loadConfig } from '../../local/load-config.ts';
import { findStacks } from '../../local/running-stacks.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { cityOf } from '../support/data/places.ts';
import { runRegions } from '../support/regions-command.ts';

const OLD = { token: 'the-token-of-this-test' };

/** The edge restarts with the secrets, which takes it seconds on a busy machine; a client tries again meanwhile. */
const CONNECTED_WITHIN_MS = 30_000;

let stack: Stack;
let folder = '';

beforeAll(async () => {
  folder = await temporaryFolder();
  const { path } = await ensureNatsServer();
  const { config } = await loadConfig({ regions: ['eeur', 'oc'] });
  // The shortest that nats-server takes.
  const lameDuck = { graceSeconds: 1, durationSeconds: 30 };
  stack = await startStack({
    config: { ...config, lameDuck },
    natsServer: path,
    auth: { secrets: { NATS_TOKEN: OLD.token }, login: OLD },
  });
});

afterAll(async () => {
  await stack.close();
  await rm(folder, { recursive: true });
});

type Login = { readonly token: string } | { readonly user: string; readonly pass: string };

/** Clients that connect one after the other, from both regions, and leave again. */
class Arrivals {
  /** What they sign in with. */
  login: Login = OLD;
  connected = 0;
  readonly refused: string[] = [];
  /** What each loop signs in with at this moment. */
  readonly #trying = new Map<string, Login>();
  readonly #running: Promise<void>;
  #isOver = false;
  #edgeRestarts = false;

  constructor() {
    this.#running = Promise.all((['eeur', 'oc'] as const).map((region) => this.#arrive(region))).then(
      () => {},
    );
  }

  async #arrive(region: 'eeur' | 'oc'): Promise<void> {
    while (!this.#isOver) {
      const { login } = this;
      const since = Date.now();
      this.#trying.set(region, login);
      let failures = 0;
      await waitFor('a client to connect', { timeoutMs: CONNECTED_WITHIN_MS, pollMs: 50 }, async () => {
        try {
          await using client = await connectFrom(stack.url, cityOf(region), { ...login, name: 'arrival' });
          await client.nats.flush();
          this.connected += 1;
          return true;
        } catch (error) {
          failures = this.#edgeRestarts ? 0 : failures + 1;
          if (!(error instanceof AuthorizationError) && failures < 2) return false;
          const ms = Date.now() - since;
          this.refused.push(`${Object.keys(login)[0]} at ${region} after ${ms} ms: ${String(error)}`);
          return true;
        }
      });
    }
  }

  /** From now on they sign in with this; resolves once nobody is still about to with another. */
  async change(login: Login): Promise<void> {
    this.login = login;
    await waitFor('all that arrive to have changed', { timeoutMs: CONNECTED_WITHIN_MS }, () =>
      [...this.#trying.values()].every((each) => each === login),
    );
  }

  /**
   * Runs a command that changes the edge's secrets: a local stack starts its Worker anew with them, and is not there meanwhile. At
   * any other time, also while servers restart, two attempts in a row that fail are a refusal, whatever the reason.
   */
  async whileEdgeRestarts<T>(work: () => Promise<T>): Promise<T> {
    this.#edgeRestarts = true;
    try {
      return await work();
    } finally {
      const { connected } = this;
      await waitFor(
        'clients after the edge',
        { timeoutMs: CONNECTED_WITHIN_MS },
        () => this.connected > connected + 2,
      );
      this.#edgeRestarts = false;
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }
}

const run = (program: 'regions' | 'secrets', ...args: readonly string[]) =>
  runRegions(args, { program, edge: stack });

async function done(program: 'regions' | 'secrets', ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await run(program, ...args);
  expect({ args, code, err: code === 0 ? '' : err }).toEqual({ args, code: 0, err: '' });
  return out;
}

const isRefused = async (login: Login) => {
  const connecting = connectFrom(stack.url, cityOf('oc'), { ...login, reconnect: false });
  return connecting.then(
    (client) => client.close().then(() => false),
    (error: unknown) => error instanceof AuthorizationError,
  );
};

test('no client is refused while a token is followed by a user; then the token is refused', {
  timeout: 300_000,
}, async () => {
  const arrivals = new Arrivals();
  const steady: Client = await connectFrom(stack.url, cityOf('oc'), { ...OLD, name: 'orders' });

  const out = join(folder, 'new.env');
  const rotate = () => done('secrets', 'rotate', 'NATS_TOKEN', '--out', out, '--yes');
  expect(await arrivals.whileEdgeRestarts(rotate)).not.toMatch(/PASSWORD_NEXT=/);
  expect((await stat(out)).mode & 0o777).toBe(0o600);
  const written = parseEnv(await readFile(out, 'utf8'));
  const { NATS_USER_NEXT: user = '', NATS_PASSWORD_NEXT: pass = '' } = written;
  const next = { user, pass };
  expect(user).toBe('meridian');
  // Servers take what they were started with.
  expect((await run('secrets', 'finish', 'NATS_TOKEN', '--yes')).err).toMatch(
    /servers of eeur do not take NATS_USER_NEXT yet/,
  );
  await done('regions', 'restart', '--yes');
  expect(await isRefused(next)).toBe(false);
  expect(await isRefused({ ...next, pass: 'another' })).toBe(true);

  await arrivals.change(next);
  await using changed: Client = await connectFrom(stack.url, cityOf('oc'), { ...next, name: 'billing' });
  await steady.nats.flush();
  const { code, err } = await run('secrets', 'finish', 'NATS_TOKEN', '--yes');
  expect({ code, err }).toEqual({
    code: 1,
    err: expect.stringMatching(/orders at (oc|eeur) is connected with it/),
  });
  expect(err).not.toContain('billing');
  const again = await run('secrets', 'rotate', 'NATS_TOKEN', '--yes');
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('is half finished') });
  const status = JSON.parse(await done('secrets', 'status', '--json')) as Secrets;
  expect(status.servers).toEqual(
    ['eeur', 'oc'].map((region) => ({ region, takes: ['NATS_TOKEN', 'NATS_USER_NEXT'], takesOther: false })),
  );

  await steady.close();
  await arrivals.whileEdgeRestarts(() => done('secrets', 'finish', 'NATS_TOKEN', '--yes', '--idle', '0'));
  expect(await done('secrets', 'status')).toMatch(/Servers of eeur, oc still take a value that is gone/);
  await done('regions', 'restart', '--yes');
  expect(await done('secrets', 'status')).not.toMatch(/still take|half|being changed/);

  await changed.nats.flush();
  await arrivals.end();
  expect(arrivals.refused).toEqual([]);
  expect(arrivals.connected).toBeGreaterThan(20);
  expect(await isRefused(OLD)).toBe(true);
  expect(await isRefused(next)).toBe(false);
  // Commands that find the stack sign in with the new one.
  const login: NatsLogin | undefined = (await findStacks()).stacks.find(
    ({ url }) => url === stack.url,
  )?.login;
  expect(login).toEqual({ user, password: pass });
});

test('an admin token is followed by another: both work, and the old one of a local stack stays', {
  timeout: 60_000,
}, async () => {
  const { values } = JSON.parse(
    await done('secrets', 'rotate', 'MERIDIAN_ADMIN_TOKEN', '--yes', '--json'),
  ) as {
    readonly values: { readonly MERIDIAN_ADMIN_TOKEN_NEXT: string };
  };
  const adminToken = values.MERIDIAN_ADMIN_TOKEN_NEXT;
  const withNext = await runRegions(['status', '--json'], {
    program: 'secrets',
    edge: { url: stack.url, adminToken },
  });
  expect(JSON.parse(withNext.out)).toMatchObject({ caller: 'MERIDIAN_ADMIN_TOKEN_NEXT' });
  const { code, err } = await runRegions(['finish', 'MERIDIAN_ADMIN_TOKEN', '--yes'], {
    program: 'secrets',
    edge: { url: stack.url, adminToken },
  });
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('made anew at each start') });
});
