// On two real nats-servers that are joined by a leaf link, with a domain each.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type NatsConnection, headers as natsHeaders } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureNatsServer } from '../../local/binaries/nats-server.ts';
import { freePorts, LOOPBACK } from '../../local/listen.ts';
import { temporaryFolder } from '../../test/support/command-process.ts';
import { startNatsServerProcess } from '../../test/support/nats-server-process.ts';
import { runRegions } from '../../test/support/regions-command.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { type CutOverPlan, planCutOver } from './cut-over-plan.ts';
import { CutOverRefused } from './cut-over-refused.ts';
import { type CutOverOptions, cutOver } from './cut-over-stream.ts';
import { giveSubjects, subjectsOf, takeSubjects } from './origin-subjects.ts';
import { StreamApi, StreamSilentError } from './stream-api.ts';

const SOON = { timeoutMs: 10_000, pollMs: 50 };

const folder = await temporaryFolder();
const undo = new AsyncDisposableStack();
/** Domain of each: of the side that is moved to, and of the one that there was. */
const [meshPort, leafPort, oldPort] = (await freePorts(3)) as [number, number, number];
const MESH_URL = `nats://${LOOPBACK}:${meshPort}`;
const OLD_URL = `nats://${LOOPBACK}:${oldPort}`;

let mesh: NatsConnection;
let old: NatsConnection;
let endOld: () => Promise<void>;

const start = async (name: string, port: number, more: string) => {
  const { path: program } = await ensureNatsServer();
  const own = new AsyncDisposableStack();
  const configuration = `
    host: ${LOOPBACK}
    port: ${port}
    server_name: ${name}
    jetstream { store_dir: "${join(folder, `${name}-data`)}", domain: ${name} }
    ${more}`;
  await startNatsServerProcess({ program, name, folder: join(folder, name), configuration }, own);
  return own;
};

const startOld = async () => {
  const server = await start(
    'old',
    oldPort,
    `leafnodes { remotes: [{ url: "nats://${LOOPBACK}:${leafPort}" }], reconnect: 1 }`,
  );
  endOld = () => server.disposeAsync();
};

const NAME = 'ORDERS';
const OF_OLD = { api: '$JS.old.API', deliver: '' };

/** A request to JetStream, which has to be granted. */
async function ask(
  nats: NatsConnection,
  call: string,
  body: object | string = '',
): Promise<{ config: object; state: { messages: number; last_seq: number } }> {
  const answer = await nats.request(call, typeof body === 'string' ? body : JSON.stringify(body));
  const said = answer.json<{
    error?: unknown;
    config: object;
    state: { messages: number; last_seq: number };
  }>();
  expect(said.error).toBeUndefined();
  return said;
}

const infoAt = (nats: NatsConnection) => ask(nats, `$JS.API.STREAM.INFO.${NAME}`);

/** Publishes until it is acknowledged, as clients of JetStream do. */
async function publish(nats: NatsConnection, text: string): Promise<{ domain: string; seq: number }> {
  return waitFor('an acknowledgement', SOON, async () => {
    const ack = await nats.request('orders.new', text, { timeout: 1_000 });
    const said = ack.json<{ domain: string; seq: number; error?: unknown }>();
    return said.error === undefined && said;
  });
}

const copyAt = (nats: NatsConnection) => new StreamApi(nats, NAME);
const apiOf = (nats: NatsConnection) => (name: string, prefix: string | undefined) =>
  new StreamApi(nats, name, prefix);
const options = (more: Partial<CutOverOptions> = {}): CutOverOptions => ({
  ...{ publishersStopped: false, timeoutMs: 10_000, signal: new AbortController().signal },
  onProgress: () => {},
  ...more,
});

beforeAll(async () => {
  undo.use(await start('mesh', meshPort, `leafnodes { host: ${LOOPBACK}, port: ${leafPort} }`));
  await startOld();
  mesh = await connect({ servers: MESH_URL, maxReconnectAttempts: -1 });
  old = await connect({ servers: OLD_URL, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  await waitFor('the link', SOON, async () => {
    await mesh.request('$JS.old.API.INFO');
    return true;
  });
});

afterAll(async () => {
  await Promise.all([mesh.close(), old.close()]);
  await endOld();
  await undo.disposeAsync();
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  for (const nats of [mesh, old]) await nats.request(`$JS.API.STREAM.DELETE.${NAME}`).catch(() => {});
});

/** A stream of the old side with ten messages, and its mirror. */
async function copied(mirror: object = { name: NAME, external: OF_OLD }): Promise<void> {
  await ask(old, `$JS.API.STREAM.CREATE.${NAME}`, { name: NAME, subjects: ['orders.>'] });
  for (let n = 0; n < 10; n += 1) await publish(old, String(n));
  await ask(mesh, `$JS.API.STREAM.CREATE.${NAME}`, { name: NAME, mirror });
  await waitFor('the copy', SOON, async () => (await infoAt(mesh)).state.last_seq === 10);
}

test('while messages are published, each that is acknowledged is in the copy once, in order', async () => {
  await copied();
  let goesOn = true;
  const acked: string[] = [];
  const publishing = (async () => {
    for (let n = 10; goesOn; n += 1) {
      await publish(old, String(n));
      acked.push(String(n));
    }
  })();
  const plan = await planCutOver(copyAt(mesh), apiOf(mesh));
  expect(plan.subjects).toEqual(['orders.>']);
  const { until, leftAt } = await cutOver(copyAt(mesh), plan, options());
  await publish(mesh, 'last');
  goesOn = false;
  await publishing;
  expect(leftAt).toEqual([]);
  expect(until).toBeGreaterThanOrEqual(10);
  const copy = await infoAt(mesh);
  expect(copy.config).not.toHaveProperty('mirror');
  // Ten, those of the publisher, and the last.
  expect(copy.state.messages).toBe(10 + acked.length + 1);
  expect((await infoAt(old)).state.last_seq).toBe(until);
  expect(await publish(old, 'from the other side')).toMatchObject({ domain: 'mesh' });
});

test('the way back: the origin sources what came since, and is cut over in the same way', async () => {
  await copied();
  const { until } = await cutOver(copyAt(mesh), await planCutOver(copyAt(mesh), apiOf(mesh)), options());
  await publish(mesh, 'since');
  const { config } = await infoAt(old);
  const sources = [{ name: NAME, opt_start_seq: until + 1, external: { api: '$JS.mesh.API', deliver: '' } }];
  await ask(old, `$JS.API.STREAM.UPDATE.${NAME}`, { ...config, sources });
  const plan = await waitFor('word of the source', SOON, () => planCutOver(copyAt(old), apiOf(old)));
  expect(plan.subjects).toEqual(['orders.>']);
  expect(await cutOver(copyAt(old), plan, options())).toEqual({ until: 11, leftAt: [] });
  expect(await publish(mesh, 'again')).toMatchObject({ domain: 'old', seq: 12 });
});

test('who left the origin as it was is told what it stored meanwhile', async () => {
  await copied();
  const plan = await planCutOver(copyAt(mesh), apiOf(mesh));
  // What the copy has not heard of when it is made a stream of its own: the origin is only looked at afterwards.
  const late: StreamApi = Object.assign(Object.create(copyAt(mesh)) as StreamApi, {
    info: () => copyAt(mesh).info(),
    nextAfter: (after: number) => copyAt(mesh).nextAfter(after),
    update: async (config: Parameters<StreamApi['update']>[0]) => {
      const updated = await copyAt(mesh).update(config);
      await old.request('orders.new', 'late');
      return updated;
    },
  });
  const { leftAt } = await cutOver(late, plan, options({ publishersStopped: true }));
  expect(leftAt).toEqual([{ stream: NAME, from: 11 }]);
});

test('what cannot be made a stream of its own leaves the origin with its subjects', async () => {
  await copied();
  const plan = await planCutOver(copyAt(mesh), apiOf(mesh), ['orders.>', 'elsewhere.>']);
  // Made after what the plan saw.
  await ask(mesh, '$JS.API.STREAM.CREATE.OTHER', { name: 'OTHER', subjects: ['elsewhere.>'] });
  await expect(cutOver(copyAt(mesh), plan, options())).rejects.toThrow(/overlap/);
  await ask(mesh, '$JS.API.STREAM.DELETE.OTHER');
  expect((await infoAt(old)).config).toMatchObject({ subjects: ['orders.>'] });
  expect((await infoAt(mesh)).config).toHaveProperty('mirror');
  expect(await publish(old, 'still there')).toMatchObject({ domain: 'old', seq: 11 });
});

test('interrupted before the end, the origin has its subjects again', async () => {
  await copied();
  const abort = new AbortController();
  const plan = await planCutOver(copyAt(mesh), apiOf(mesh));
  const stopping = Object.assign(Object.create(copyAt(mesh)) as StreamApi, {
    info: async () => {
      const { subjects } = (await infoAt(old)).config as { subjects: string[] };
      if (subjects[0] !== 'orders.>') abort.abort();
      return copyAt(mesh).info();
    },
  });
  await expect(cutOver(stopping, plan, options({ signal: abort.signal }))).rejects.toThrow(/aborted/);
  expect((await infoAt(old)).config).toMatchObject({ subjects: ['orders.>'] });
});

test('an attempt that was killed in between is taken up again', async () => {
  await copied();
  const { config } = await infoAt(old);
  const metadata = { 'meridian.cut-over.subjects': '["orders.>"]' };
  await ask(old, `$JS.API.STREAM.UPDATE.${NAME}`, {
    ...config,
    subjects: [`_meridian.cut-over.${NAME}`],
    metadata,
  });
  const plan = await planCutOver(copyAt(mesh), apiOf(mesh));
  expect(plan.subjects).toEqual(['orders.>']);
  await cutOver(copyAt(mesh), plan, options());
  expect(await publish(old, 'x')).toMatchObject({ domain: 'mesh', seq: 11 });
});

test('what is copied in part needs to be told its subjects, and a stream of its own is no copy', async () => {
  await copied({ name: NAME, external: OF_OLD, filter_subject: 'orders.new' });
  await expect(planCutOver(copyAt(mesh), apiOf(mesh))).rejects.toThrow(/copies only a part of ORDERS/);
  expect(await planCutOver(copyAt(mesh), apiOf(mesh), ['orders.new'])).toMatchObject({ lag: 0 });
  await expect(planCutOver(copyAt(old), apiOf(old))).rejects.toThrow(
    new CutOverRefused('ORDERS neither mirrors nor sources another stream.'),
  );
});

test('subjects that another stream takes are refused before anything is changed', async () => {
  await copied();
  await ask(mesh, '$JS.API.STREAM.CREATE.OTHER', { name: 'OTHER', subjects: ['other.one'] });
  await expect(planCutOver(copyAt(mesh), apiOf(mesh), ['orders.>', 'other.*'])).rejects.toThrow(
    new CutOverRefused('ORDERS cannot take other.*: OTHER takes it, or a part of it.'),
  );
  await ask(mesh, '$JS.API.STREAM.DELETE.OTHER');
});

test('of two at once one does it, and the other says so and gives nothing back', async () => {
  await copied();
  const plans = await Promise.all([1, 2].map(() => planCutOver(copyAt(mesh), apiOf(mesh))));
  const [first, second] = plans as [CutOverPlan, CutOverPlan];
  await cutOver(copyAt(mesh), first, options());
  await expect(cutOver(copyAt(mesh), second, options())).rejects.toThrow(
    'ORDERS is a stream of its own already: somebody else has cut it over meanwhile.',
  );
  expect((await infoAt(mesh)).config).toMatchObject({ subjects: ['orders.>'] });
  expect((await infoAt(old)).config).toMatchObject({ subjects: ['_meridian.cut-over.ORDERS'] });
  const { domain } = await publish(old, 'after both');
  expect(domain).toBe('mesh');
});

test('what the copy does not have of the origin is said before, above all that it knows no ids', async () => {
  await copied();
  const { warnings } = await planCutOver(copyAt(mesh), apiOf(mesh));
  expect(warnings).toEqual([
    expect.stringMatching(/remembers the ids of messages for 0 s and ORDERS for 120 s/),
  ]);
});

test('with the same window, a message that is published again with its id is known', async () => {
  await ask(old, `$JS.API.STREAM.CREATE.${NAME}`, { name: NAME, subjects: ['orders.>'] });
  const headers = natsHeaders();
  headers.set('Nats-Msg-Id', 'X1');
  await old.request('orders.new', 'one', { headers, timeout: 1_000 });
  const mirror = { name: NAME, external: OF_OLD };
  await ask(mesh, `$JS.API.STREAM.CREATE.${NAME}`, { name: NAME, mirror, duplicate_window: 120e9 });
  await waitFor('the copy', SOON, async () => (await infoAt(mesh)).state.last_seq === 1);
  const plan = await planCutOver(copyAt(mesh), apiOf(mesh));
  expect(plan.warnings).toEqual([]);
  await cutOver(copyAt(mesh), plan, options());
  const again = await old.request('orders.new', 'one', { headers, timeout: 1_000 });
  expect(again.json()).toMatchObject({ domain: 'mesh', duplicate: true });
});

/** The copy, with one of its calls as a test wants it. */
const altered = (calls: Partial<Record<'info' | 'update' | 'nextAfter', (...args: never[]) => unknown>>) =>
  Object.assign(Object.create(copyAt(mesh)) as StreamApi, {
    info: () => copyAt(mesh).info(),
    update: (config: Parameters<StreamApi['update']>[0]) => copyAt(mesh).update(config),
    nextAfter: (after: number) => copyAt(mesh).nextAfter(after),
    ...calls,
  });

test('an update whose answer is lost may happen still: the origin gets nothing back, and the next run ends it', async () => {
  await copied();
  const silent = altered({
    update: () => {
      throw new StreamSilentError('no answer in time');
    },
  });
  const plan = await planCutOver(copyAt(mesh), apiOf(mesh));
  await expect(cutOver(silent, plan, options())).rejects.toThrow(
    /nobody said whether it is\. Run this again/,
  );
  expect((await infoAt(old)).config).toMatchObject({ subjects: [`_meridian.cut-over.${NAME}`] });
  const next = await planCutOver(copyAt(mesh), apiOf(mesh));
  expect(next.warnings[0]).toMatch(/the subjects of ORDERS were taken by an earlier attempt/);
  await cutOver(copyAt(mesh), next, options());
  expect(await publish(old, 'x')).toMatchObject({ domain: 'mesh', seq: 11 });
});

test('silence in between is borne until time is up', async () => {
  await copied();
  let silences = 0;
  const flapping = altered({
    info: async () => {
      silences += 1;
      if (silences > 1 && silences < 6) throw new StreamSilentError('no answer in time');
      return copyAt(mesh).info();
    },
  });
  const plan = await planCutOver(copyAt(mesh), apiOf(mesh));
  expect(await cutOver(flapping, plan, options())).toMatchObject({ until: 10, leftAt: [] });
  expect(silences).toBeGreaterThan(5);
});

test('what silence kept from being given back is given back when the origin answers again', async () => {
  await copied();
  const plan = await planCutOver(copyAt(mesh), apiOf(mesh), ['orders.>']);
  const [origin] = plan.origins;
  if (origin === undefined) throw new Error('no origin');
  await takeSubjects(origin);
  let asked = 0;
  const flapping = Object.assign(Object.create(origin.api) as StreamApi, {
    name: NAME,
    info: async () => {
      asked += 1;
      if (asked < 3) throw new StreamSilentError('no answer in time');
      return origin.api.info();
    },
    update: (config: Parameters<StreamApi['update']>[0]) => origin.api.update(config),
  });
  const said: string[] = [];
  const gone = { subjects: ['x'], api: new StreamApi(mesh, 'GONE', '$JS.old.API') };
  const giving = giveSubjects([gone, { ...origin, api: flapping }], new Error('why'), (words) =>
    said.push(words),
  );
  // One that is gone keeps no other from it.
  await expect(giving).rejects.toThrow(/^why\nAnd GONE could not be given/);
  expect((await infoAt(old)).config).toMatchObject({ subjects: ['orders.>'] });
  expect(said[0]).toMatch(/giving ORDERS its subjects back/);
});

test('a note that is not in force is not believed, and one that is not readable is said', () => {
  const note = { 'meridian.cut-over.subjects': '["old.>"]' };
  expect(subjectsOf({ name: NAME, subjects: ['new.>'], metadata: note })).toEqual(['new.>']);
  const nobodys = [`_meridian.cut-over.${NAME}`];
  expect(subjectsOf({ name: NAME, subjects: nobodys, metadata: note })).toEqual(['old.>']);
  for (const text of ['{}', 'x', '[1]'])
    expect(() =>
      subjectsOf({ name: NAME, subjects: nobodys, metadata: { 'meridian.cut-over.subjects': text } }),
    ).toThrow(/is not readable/);
});

const command = (...args: readonly string[]) =>
  runRegions(['stream', 'cut-over', NAME, '--nats', MESH_URL, ...args]);

test('the command looks first, then does it, then says that it was done', async () => {
  await copied();
  const looked = await command('--dry-run', '--json');
  expect(JSON.parse(looked.out)).toMatchObject({ outcome: 'would-do', lag: 0, subjects: ['orders.>'] });
  expect((await infoAt(mesh)).config).toHaveProperty('mirror');
  const done = await command('--yes');
  expect(done.err).not.toMatch(/stopped/);
  expect(done).toMatchObject({
    code: 0,
    out: expect.stringMatching(/Done: ORDERS is a stream of its own and takes orders\.>/),
  });
  expect(await command('--yes')).toMatchObject({ code: 0, out: expect.stringMatching(/already/) });
});

test('a source that is silent is unknown, no stream and no server are said to be none', async () => {
  await copied();
  await endOld();
  const silent = await command('--yes');
  await startOld();
  expect(silent).toMatchObject({ code: 7, err: expect.stringMatching(/does not answer|has not heard of/) });
  expect(await runRegions(['stream', 'cut-over', 'NONE', '--nats', MESH_URL, '--yes'])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/There is no stream NONE/),
  });
  const nobody = await runRegions(['stream', 'cut-over', NAME, '--nats', `nats://${LOOPBACK}:9`, '--yes']);
  expect(nobody).toMatchObject({ code: 6, err: expect.stringMatching(/No NATS server answered/) });
});

test.each([['a b'], ['a.b'], ['>'], ['']])('%j is no name of a stream', async (name) => {
  expect(await runRegions(['stream', 'cut-over', name, '--nats', MESH_URL, '--yes'])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/no name of a stream/),
  });
});

test.each(['>', 'orders..x', '$JS.API.>', 'a b'])('%s is no subject for it', async (subjects) => {
  expect(await command('--subjects', subjects, '--dry-run')).toMatchObject({ code: 2 });
});
