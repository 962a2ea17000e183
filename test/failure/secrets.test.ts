// The credentials of clients are changed, from a token to a user and from that to the next, and those of leaf nodes, by the commands
// that operators run, while clients connect all the time: none is refused, until the old ones are.

import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Secrets } from '../../api/secrets.ts';
import type { NatsLogin } from '../../local/auth/nats-login.ts';
import { findStacks } from '../../local/running-stacks.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import {
  Arrivals,
  arriveOverMqtt,
  arriveOverNats,
  isNotAuthorized,
  type Login,
  mqttClient,
} from '../support/arrivals.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { type LeafNode, remoteOf, startLeafNode } from '../support/leaf-node.ts';
import { runRegions } from '../support/regions-command.ts';
import { jetStreamIsReady } from '../support/streams.ts';

const OLD = { token: 'the-token-of-this-test' };
const REGIONS = ['wnam', 'enam', 'weur'] as const;
const HERE = cityOf('weur');
const LINKED_WITHIN_MS = 20_000;

/** With JetStream, which MQTT needs. */
const running = useStack(
  {
    ...configOf(REGIONS),
    doors: { leafnode: true, mqtt: true },
    // The shortest that nats-server takes.
    lameDuck: { graceSeconds: 1, durationSeconds: 30 },
  },
  { auth: { secrets: { NATS_TOKEN: OLD.token, NATS_LEAF_USERS: 'factory old' }, login: OLD } },
);

let folder = '';
const undo = new AsyncDisposableStack();
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => {
  await undo.disposeAsync();
  await rm(folder, { recursive: true });
});

const run = (program: 'regions' | 'secrets', ...args: readonly string[]) =>
  runRegions(args, { program, edge: running.stack });

async function done(program: 'regions' | 'secrets', ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await run(program, ...args);
  expect({ args, code, err: code === 0 ? '' : err }).toEqual({ args, code: 0, err: '' });
  return out;
}

async function refused(words: RegExp, ...args: readonly string[]): Promise<string> {
  const { code, err } = await run('secrets', ...args, '--yes');
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(words) });
  return err;
}

const restart = () => done('regions', 'restart', '--yes', '--poll', '1');

const isRefused = async (login: Login) => {
  const connecting = connectFrom(running.stack.url, HERE, { ...login, reconnect: false });
  return connecting.then((client) => client.close().then(() => false), isNotAuthorized);
};

const isRefusedByMqtt = async (login: Login) => {
  const connecting = mqttClient(running.stack.url, HERE, login);
  return connecting.then((client) => client.endAsync(true).then(() => false), isNotAuthorized);
};

/** The user that a rotation has written to a file. */
async function loginIn(file: string): Promise<{ readonly user: string; readonly pass: string }> {
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const values = Object.entries(parseEnv(await readFile(file, 'utf8')));
  const valueFrom = (start: string) => values.find(([name]) => name.startsWith(start))?.[1] ?? '';
  const [user, pass] = [valueFrom('NATS_USER'), valueFrom('NATS_PASSWORD')];
  return { user, pass };
}

const leafNode = (name: string, password: string): Promise<LeafNode> => {
  const remotes = [remoteOf(running.stack.url, name, password)];
  return startLeafNode(name, { remotes }, undo);
};

const leafsAreJoined = (count: number) =>
  waitFor(`${count} leaf nodes`, { timeoutMs: LINKED_WITHIN_MS, pollMs: 200 }, async () => {
    const regions = await running.stack.regions();
    return regions.reduce((sum, { leafs = 0 }) => sum + leafs, 0) === count;
  });

const UNAUTHORIZED = /Authorization Violation/i;

test('nobody is refused while a token is followed by a user, that by another, and leaf nodes by others; then the old are', {
  timeout: 400_000,
}, async () => {
  const { url } = running.stack;
  const arrivals = new Arrivals(OLD, {
    weur: arriveOverNats(url, HERE),
    wnam: arriveOverNats(url, cityOf('wnam')),
  });
  const steady: Client = await connectFrom(url, HERE, { ...OLD, name: 'orders' });
  await jetStreamIsReady(steady.nats);
  const oldLeaf = await leafNode('factory', 'old');
  await leafsAreJoined(1);

  // A token cannot be kept for MQTT clients; there is none yet.
  await refused(/MQTT is on.*--force/s, 'rotate', 'NATS_TOKEN');
  const out = join(folder, 'new.env');
  const rotate = () => done('secrets', 'rotate', 'NATS_TOKEN', '--out', out, '--force', '--yes');
  expect(await arrivals.whileEdgeRestarts(rotate)).not.toMatch(/PASSWORD_NEXT=/);
  const next = await loginIn(out);
  expect(next.user).toBe('meridian');
  const lines = join(folder, 'lines');
  await writeFile(lines, 'factory-2 new\n');
  await arrivals.whileEdgeRestarts(() =>
    done('secrets', 'rotate', 'NATS_LEAF_USERS', '--from', lines, '--out', join(folder, 'leafs'), '--yes'),
  );
  // Servers take what they were started with.
  await refused(/servers of enam do not take NATS_USER_NEXT yet/, 'finish', 'NATS_TOKEN');
  await restart();
  expect(await isRefused(next)).toBe(false);
  expect(await isRefused({ ...next, pass: 'another' })).toBe(true);

  await arrivals.change(next);
  await using changed: Client = await connectFrom(url, HERE, { ...next, name: 'billing' });
  await steady.nats.flush();
  const newLeaf = await leafNode('factory-2', 'new');
  await leafsAreJoined(2);
  const words = await refused(/orders at \w+ is connected with it/, 'finish', 'NATS_TOKEN');
  expect(words).not.toContain('billing');
  await refused(/is half finished/, 'rotate', 'NATS_TOKEN');
  await refused(/does not show as which user a leaf node signs in/, 'finish', 'NATS_LEAF_USERS');
  const status = JSON.parse(await done('secrets', 'status', '--json')) as Secrets;
  const takes = ['NATS_TOKEN', 'NATS_USER_NEXT', 'NATS_LEAF_USERS', 'NATS_LEAF_USERS_NEXT'];
  expect(status.servers).toEqual(REGIONS.map((region) => ({ region, takes, takesOther: false })));
  expect(oldLeaf.log()).not.toMatch(UNAUTHORIZED);

  await steady.close();
  await arrivals.whileEdgeRestarts(() => done('secrets', 'finish', 'NATS_TOKEN', '--yes', '--idle', '0'));
  await arrivals.whileEdgeRestarts(() => done('secrets', 'finish', 'NATS_LEAF_USERS', '--force', '--yes'));
  expect(await done('secrets', 'status')).toMatch(
    /Servers of wnam, enam, weur still take a value that is gone/,
  );

  // The restart that takes the token away brings the user after the next.
  const devices = new Arrivals(next, { 'weur, by MQTT': arriveOverMqtt(url, HERE) });
  const second = join(folder, 'second.env');
  await devices.whileEdgeRestarts(() =>
    arrivals.whileEdgeRestarts(() => done('secrets', 'rotate', 'NATS_USER', '--out', second, '--yes')),
  );
  const last = await loginIn(second);
  expect(last.user).toBe('meridian.2');
  const meter = await mqttClient(url, HERE, next, 'meter');
  await restart();
  expect(await isRefused(OLD)).toBe(true);
  await waitFor('the old leaf node to be refused', { timeoutMs: LINKED_WITHIN_MS, pollMs: 200 }, () =>
    UNAUTHORIZED.test(oldLeaf.log()),
  );
  await leafsAreJoined(1);

  await arrivals.change(last);
  await devices.change(last);
  await waitFor('the meter to be back', { timeoutMs: LINKED_WITHIN_MS }, () => meter.connected);
  expect(await done('secrets', 'status')).toMatch(
    /^NATS_USER_NEXT,.* valid, old .*(meter|billing) at \w+ \(1\)/m,
  );
  await refused(/meter at \w+ is connected with it/, 'finish', 'NATS_USER');
  await meter.endAsync(true);
  await changed.close();
  await devices.whileEdgeRestarts(() =>
    arrivals.whileEdgeRestarts(() => done('secrets', 'finish', 'NATS_USER', '--yes', '--idle', '0')),
  );
  await restart();
  expect(await done('secrets', 'status')).not.toMatch(/still take|half|being changed/);

  await arrivals.end();
  await devices.end();
  expect([...arrivals.refused, ...devices.refused]).toEqual([]);
  expect(Math.min(arrivals.connected, devices.connected)).toBeGreaterThan(20);
  expect(await Promise.all([isRefused(next), isRefusedByMqtt(next)])).toEqual([true, true]);
  expect(await Promise.all([isRefused(last), isRefusedByMqtt(last)])).toEqual([false, false]);
  await leafsAreJoined(1);
  expect(newLeaf.log()).not.toMatch(UNAUTHORIZED);
  // Commands that find the stack sign in with the new one.
  const login: NatsLogin | undefined = (await findStacks()).stacks.find((each) => each.url === url)?.login;
  expect(login).toEqual({ user: last.user, password: last.pass });
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
    edge: { url: running.stack.url, adminToken },
  });
  expect(JSON.parse(withNext.out)).toMatchObject({ caller: 'MERIDIAN_ADMIN_TOKEN_NEXT' });
  const { code, err } = await runRegions(['finish', 'MERIDIAN_ADMIN_TOKEN', '--yes'], {
    program: 'secrets',
    edge: { url: running.stack.url, adminToken },
  });
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('made anew at each start') });
});
