// Sessions that are joined to their region as leaf nodes: what passes between the two, what does not, and that the link comes
// back whatever is lost.

import type { NatsConnection, Subscription } from '@nats-io/nats-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SessionDetail } from '../../api/sessions.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { configOf } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { buildWithReaders, callSessions, connectSession, type Reader } from '../support/session-calls.ts';

const config = configOf(['eeur', 'oc'], { eeur: { jetstream: false }, oc: { jetstream: false } });
const running = useStack(
  { ...config, sessions: { ...config.sessions, madeBy: 'readers', mayJoin: true } },
  { build: buildWithReaders },
);

/** A server of a session or a region is started again, and the link made. */
const BACK_WITHIN_MS = 40_000;

const call = (method: string, path: string, options: Parameters<typeof callSessions>[3] = {}) =>
  callSessions(running.stack, method, path, options);

/** Both have the same name: it is of its owner. */
async function joined(as: Reader, config: object = {}): Promise<SessionDetail> {
  const body = { sessionId: 'tenant', config: { join: 'leaf' as const, ...config } };
  const answer = await call('POST', '/api/containers?region=eeur', { as, body });
  if (answer.body.container === undefined) throw new Error(JSON.stringify(answer.body));
  return answer.body.container;
}

const joinedTo = async ({ id }: SessionDetail) =>
  (await call('GET', `/api/containers/${id}`)).body.container?.joined;
const joins = (session: SessionDetail, region: string) =>
  waitFor(
    `the link with ${region}`,
    { timeoutMs: BACK_WITHIN_MS },
    async () => (await joinedTo(session)) === region,
  );

const opened: { close(): Promise<unknown> }[] = [];
afterAll(() => Promise.all(opened.map((one) => one.close())));

let anns: SessionDetail;
let bobs: SessionDetail;
let ann: NatsConnection;
let bob: NatsConnection;
let near: Client;
let far: Client;
/** What each hears of everything that is published. */
const listeners: Subscription[] = [];
const heard = { ann: [] as string[], bob: [] as string[], near: [] as string[], far: [] as string[] };

async function listen(who: keyof typeof heard, nats: NatsConnection): Promise<void> {
  const callback = (_error: unknown, { subject }: { readonly subject: string }) => {
    if (!subject.startsWith('_')) heard[who].push(subject);
  };
  listeners.push(nats.subscribe('>', { callback }));
  await nats.flush();
}

beforeAll(async () => {
  [anns, bobs] = await Promise.all([joined('ann'), joined('bob', { jetstream: true })]);
  [ann, bob] = await Promise.all([connectSession(anns), connectSession(bobs)]);
  [near, far] = await Promise.all([
    connectFrom(running.stack.url, cityOf('eeur')),
    connectFrom(running.stack.url, cityOf('oc')),
  ]);
  opened.push(ann, bob, near, far);
  await Promise.all([
    listen('ann', ann),
    listen('bob', bob),
    listen('near', near.nats),
    listen('far', far.nats),
  ]);
});

/** Returns once a request from one to the other is answered: all interest has spread by then, also that of before. */
async function untilAnswered(from: NatsConnection, to: NatsConnection, subject: string): Promise<void> {
  const service = to.subscribe(subject, { callback: (_error, message) => void message.respond('here') });
  await to.flush();
  await waitFor(`an answer on ${subject}`, { timeoutMs: BACK_WITHIN_MS }, () =>
    from.request(subject, '', { timeout: 250 }).then(
      () => true,
      () => false,
    ),
  );
  service.unsubscribe();
}

test('the answer says what is shared, with which region, and as whom its clients sign in', async () => {
  expect(anns).toMatchObject({
    state: 'up',
    region: 'eeur',
    joined: 'eeur',
    user: 'session',
    shares: expect.stringMatching(/^session\.tenant-[a-z2-7]{8}$/),
  });
  expect(anns.shares).not.toBe(bobs.shares);
  // Who reads a subject can name no session by it.
  expect(anns.id.startsWith(`${anns.shares?.slice('session.'.length)}`)).toBe(true);
  expect(anns.id.length - (anns.shares?.length ?? 0) + 'session.'.length).toBe(18);
  await expect(connectSession({ url: anns.url, token: anns.token })).rejects.toThrow(/authorization/i);
});

test('requests are answered both ways, from every region, to any inbox', async () => {
  await untilAnswered(near.nats, ann, `${anns.shares}.in.ask`);
  await untilAnswered(far.nats, ann, `${anns.shares}.in.ask`);
  await untilAnswered(ann, near.nats, `${anns.shares}.out.ask`);
  await untilAnswered(ann, far.nats, `${anns.shares}.out.ask`);
  await untilAnswered(far.nats, bob, `${bobs.shares}.in.ask`);
  await untilAnswered(bob, far.nats, `${bobs.shares}.out.ask`);
});

test('only what is below the own prefix passes, in its direction, and the two sessions hear nothing of each other', async () => {
  for (const who of Object.values(heard)) who.length = 0;
  const [a, b] = [anns.shares, bobs.shares];
  for (const subject of ['private', `${a}.out.x`, `${a}.in.x`, `${b}.in.x`, `${b}.out.x`, '$JS.API.INFO'])
    ann.publish(subject);
  for (const subject of ['common', `${a}.in.y`, `${a}.out.y`]) near.nats.publish(subject);
  // What was sent before these is there when they are answered.
  await untilAnswered(near.nats, ann, `${a}.in.last`);
  await untilAnswered(ann, far.nats, `${a}.out.last`);
  await untilAnswered(far.nats, bob, `${b}.in.last`);
  const others = (subjects: readonly string[]) =>
    [...new Set(subjects.filter((one) => !one.endsWith('.last')))].toSorted();
  expect(others(heard.ann)).toEqual(
    ['$JS.API.INFO', `${a}.in.x`, `${a}.in.y`, `${a}.out.x`, `${b}.in.x`, `${b}.out.x`, 'private'].toSorted(),
  );
  expect(others(heard.bob)).toEqual([]);
  const common = ['common', `${a}.in.y`, `${a}.out.x`, `${a}.out.y`].toSorted();
  expect(others(heard.near)).toEqual(common);
  expect(others(heard.far)).toEqual(common);
});

test('a joined session has its own JetStream', async () => {
  const answer = await bob.request('$JS.API.STREAM.CREATE.S', JSON.stringify({ name: 'S', subjects: ['s'] }));
  expect(answer.json()).toMatchObject({ config: { name: 'S' } });
  expect((await bob.request('s', 'stored')).json()).toMatchObject({ stream: 'S', seq: 1 });
});

test('the server of its region is killed: the link comes back with it, and clients of the session stay', async () => {
  await running.stack.engine.server('nats-eeur')?.app.kill('SIGKILL');
  await untilAnswered(far.nats, ann, `${anns.shares}.in.again`);
  await untilAnswered(ann, far.nats, `${anns.shares}.out.again`);
  expect(ann.isClosed()).toBe(false);
});

test('its own server is killed: the next client starts it, and it is joined again', async () => {
  await running.stack.engine.server('session-tenant')?.app.kill('SIGKILL');
  await waitFor(
    'a session to lose its client',
    { timeoutMs: BACK_WITHIN_MS },
    () => ann.isClosed() || bob.isClosed(),
  );
  const [session, others] = ann.isClosed() ? [anns, bob] : [bobs, ann];
  const client = await connectSession(session);
  opened.push(client);
  await untilAnswered(far.nats, client, `${session.shares}.in.back`);
  await untilAnswered(client, far.nats, `${session.shares}.out.back`);
  expect(others.isClosed()).toBe(false);
  if (session === anns) ann = client;
  else bob = client;
});

test('its region is drained: the next region takes the link, and nothing holds up the drain', async () => {
  const { stack } = running;
  await stack.api.operate('eeur', 'drain');
  await joins(anns, 'oc');
  await joins(bobs, 'oc');
  await untilAnswered(far.nats, ann, `${anns.shares}.in.moved`);
  await untilAnswered(bob, far.nats, `${bobs.shares}.out.moved`);
  await waitFor('eeur to be drained', { timeoutMs: BACK_WITHIN_MS }, async () =>
    (await stack.regions()).some(({ id, state }) => id === 'eeur' && state === 'asleep'),
  );
  await stack.api.operate('eeur', 'undrain');
});

test('all objects are reset while the servers run on: the sessions are joined again, with the servers that they had', async () => {
  const before = ann.info?.server_id;
  await running.stack.reload(running.stack.config);
  await Promise.all([ann.close(), bob.close()]);
  // An object that nobody calls is not there.
  [ann, bob] = await Promise.all([connectSession(anns), connectSession(bobs)]);
  opened.push(ann, bob);
  expect(ann.info?.server_id).toBe(before);
  await untilAnswered(far.nats, ann, `${anns.shares}.in.reset`);
  await untilAnswered(bob, far.nats, `${bobs.shares}.out.reset`);
});

test('a session that has ended is linked no more', async () => {
  await call('DELETE', `/api/containers/${anns.id}`);
  await ann.closed();
  await waitFor(
    'it to be gone',
    { timeoutMs: BACK_WITHIN_MS },
    async () => (await call('GET', `/api/containers/${anns.id}`)).status === 404,
  );
  // Whoever listens to everything would count as a responder.
  for (const listener of listeners) listener.unsubscribe();
  await Promise.all([near.nats.flush(), far.nats.flush()]);
  // Theirs ends everywhere a moment later.
  await waitFor('nobody to answer', { timeoutMs: BACK_WITHIN_MS }, () =>
    far.nats.request(`${anns.shares}.in.ask`, '', { timeout: 500 }).then(
      () => false,
      (error: Error) => /no responders/i.test(error.message),
    ),
  );
});
