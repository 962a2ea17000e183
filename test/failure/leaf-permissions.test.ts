// Leaf nodes that may not do all that clients may, without an operator: what each publishes and hears, and that the users of
// leaf nodes, of clients and of the links with sessions are not each other's.

import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { remoteOf, startLeafNode } from '../support/leaf-node.ts';
import { callSessions } from '../support/session-calls.ts';

const LOGIN = { user: 'app', password: 'a"pp#$\\' };
/** As nats.js names them. */
const CLIENT = { user: LOGIN.user, pass: LOGIN.password };
const PASSWORD = 'a"quoted"#$password\\';
const WITHIN = { timeoutMs: 15_000, pollMs: 100 };

const config = configOf(['weur'], { weur: { jetstream: false } });
const running = useStack(
  {
    ...config,
    doors: { leafnode: true, mqtt: false },
    sessions: { ...config.sessions, madeBy: 'admins', mayJoin: true },
  },
  {
    auth: {
      secrets: {
        NATS_USER: LOGIN.user,
        NATS_PASSWORD: LOGIN.password,
        NATS_LEAF_USERS: `factory ${PASSWORD} publish=up.>,_INBOX.> subscribe=down.>,_INBOX.>\nfree pw\nmute pw publish=`,
      },
      login: LOGIN,
    },
  },
);

let undo = new AsyncDisposableStack();
afterEach(async () => {
  await undo.disposeAsync();
  undo = new AsyncDisposableStack();
});

const join = (user: string, password: string) =>
  startLeafNode(user, { remotes: [remoteOf(running.stack.url, user, password)] }, undo);

async function client() {
  const one = await connectFrom(running.stack.url, cityOf('weur'), CLIENT);
  undo.defer(() => one.close());
  return one.nats;
}

/** Publishes on each subject until the last has arrived; what has by then. The last must be allowed. */
async function arrived(
  from: Awaited<ReturnType<typeof client>>,
  to: Awaited<ReturnType<typeof client>>,
  subjects: readonly string[],
): Promise<readonly string[]> {
  const heard = new Set<string>();
  for (const subject of subjects)
    to.subscribe(subject, { callback: (_, message) => void heard.add(message.subject) });
  await to.flush();
  await waitFor(`what is published on ${subjects.at(-1)}`, WITHIN, async () => {
    for (const subject of subjects) from.publish(subject);
    await from.flush();
    return heard.has(subjects.at(-1) ?? '');
  });
  return [...heard];
}

test('a leaf node with permissions publishes and hears what they say, and no more', async () => {
  const [{ nats: leaf }, app] = [await join('factory', PASSWORD), await client()];
  expect(await arrived(leaf, app, ['secret', 'down.x', 'up.x'])).toEqual(['up.x']);
  expect(await arrived(app, leaf, ['secret', 'up.y', 'down.y'])).toEqual(['down.y']);
  app.subscribe('up.ask', { callback: (_, message) => void message.respond('answer') });
  await app.flush();
  const answer = await waitFor('an answer', WITHIN, async () =>
    (await leaf.request('up.ask', '', { timeout: 1_000 })).string(),
  );
  expect(answer).toBe('answer');
});

test('one without may do all that clients may; nothing after publish= is nothing', async () => {
  const [{ nats: free }, app] = [await join('free', 'pw'), await client()];
  expect([...(await arrived(free, app, ['a', 'b']))].sort()).toEqual(['a', 'b']);
  const { nats: mute } = await join('mute', 'pw');
  await arrived(app, mute, ['told']);
  const heard: string[] = [];
  app.subscribe('said', { callback: (_, message) => void heard.push(message.subject) });
  await app.flush();
  mute.publish('said');
  await mute.flush();
  await arrived(app, mute, ['told.again']);
  expect(heard).toEqual([]);
});

test.each([
  ['the user of clients', LOGIN.user, LOGIN.password],
  ['the user of links with sessions', 'session', 'x'],
  ['another password', 'factory', 'pw'],
])('%s is no leaf node', async (_what, user, password) => {
  const { log } = await join(user, password);
  await waitFor('the words', WITHIN, () => /Authorization Violation/.test(log()));
});

test('the user of a leaf node is no client', async () => {
  const login = { user: 'free', pass: 'pw', reconnect: false };
  await expect(connectFrom(running.stack.url, cityOf('weur'), login)).rejects.toThrow(/authorization/i);
});

test('a session joins its region all the same', async () => {
  const answer = await callSessions(running.stack, 'POST', '/api/containers?region=weur', {
    body: { sessionId: 'tenant', config: { join: 'leaf' } },
  });
  const id = answer.body.container?.id;
  await waitFor('the link', { timeoutMs: 40_000, pollMs: 200 }, async () => {
    const { body } = await callSessions(running.stack, 'GET', `/api/containers/${id}`);
    return body.container?.joined === 'weur';
  });
});
