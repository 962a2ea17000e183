// Backups while R2 fails, and while two regions write the backup of the same stream: what was acknowledged is in the backup in
// the end, once, in its order, and meanwhile it is said what is wrong.

import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Backup, BackupDetail, Job } from '../../api/backups.ts';
import { buildWorker } from '../../local/worker-build.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Client, connectFrom } from '../support/client.ts';
import { defaultConfig } from '../support/data/checked-in.ts';
import { cityOf } from '../support/data/places.ts';
import { useStack } from '../support/file-stack.ts';
import { R2Gate, type Verdict } from '../support/r2-gate.ts';
import { runRegions } from '../support/regions-command.ts';
import { API_TIMEOUT_MS, jetStreamIsReady } from '../support/streams.ts';

const CONFIG = defaultConfig();
const { jetstream: settings } = CONFIG;
const gate = new R2Gate();
const running = useStack(
  { ...CONFIG, jetstream: { ...settings, backup: { ...settings.backup, everySeconds: 1 } } },
  {
    build: async (folder, config, onProcess) => {
      await gate.listen();
      return gate.put(await buildWorker(folder, config, onProcess));
    },
  },
);

const ACCOUNT = '$G';
/** An election, and some rounds of a writer that has failed before. */
const BACKED_UP = { timeoutMs: 60_000, pollMs: 250 };
const JETSTREAM_SERVERS = ['nats-wnam', 'nats-enam', 'nats-weur'];

let client: Client;
let manager: JetStreamManager;

beforeAll(async () => {
  client = await connectFrom(running.stack.url, cityOf('oc'));
  await jetStreamIsReady(client.nats);
  manager = await jetstreamManager(client.nats, { timeout: 5_000 });
});
afterEach(() => {
  gate.decide = () => 'go';
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await gate[Symbol.asyncDispose]();
});

test('while R2 denies, publishing goes on, the list says why the backup is late, and later it is whole', {
  timeout: 180_000,
}, async () => {
  await make('DENIED');
  await publish('DENIED', 1, 20);
  await backedUpTo('DENIED', 20);
  gate.decide = ({ method }) => (method === 'put' ? 'fail' : 'go');
  await publish('DENIED', 21, 40);
  const late = await waitFor('the list to say why', BACKED_UP, async () => {
    const backup = await backupOf('DENIED');
    return (backup?.problems.length ?? 0) > 0 && backup;
  });
  expect(late).toMatchObject({ lastSeq: 20, lagMessages: 20 });
  expect(late.problems.join()).toContain('Access Denied');
  gate.decide = () => 'go';
  await backedUpTo('DENIED', 40);
  await expectWhole('DENIED', 40);
});

test('while R2 denies everything, the API says so, and nothing that it shows is made up', {
  timeout: 60_000,
}, async () => {
  gate.decide = () => 'fail';
  await expect(running.stack.api.backups()).rejects.toThrow(/Access Denied/);
  const { code, err } = await runRegions(['backup', 'list'], { edge: running.stack });
  expect(code).toBe(6);
  expect(err).toContain('Access Denied');
});

test('with R2 that takes two seconds for each call a backup is late, and whole', {
  timeout: 240_000,
}, async () => {
  await make('SLOW');
  gate.decide = async (): Promise<Verdict> => {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return 'go';
  };
  await publish('SLOW', 1, 30);
  await waitFor('the slow backup', { timeoutMs: 120_000 }, async () => {
    return (await backupOf('SLOW'))?.lastSeq === 30;
  });
  gate.decide = () => 'go';
  await expectWhole('SLOW', 30);
});

test('a segment whose answer is lost is not written twice', { timeout: 120_000 }, async () => {
  await make('LOST');
  await publish('LOST', 1, 10);
  await backedUpTo('LOST', 10);
  let lost = 0;
  gate.decide = ({ method, key }) =>
    method === 'put' && key.includes('/LOST/') && key.includes('/log/') && lost++ === 0 ? 'lose' : 'go';
  await publish('LOST', 11, 20);
  await backedUpTo('LOST', 20);
  expect(lost).toBeGreaterThan(0);
  await expectWhole('LOST', 20);
});

test('of two regions that write the same segment, the one that led before is refused, and nothing is forked', {
  timeout: 240_000,
}, async () => {
  await make('TWO');
  await publish('TWO', 1, 10);
  await backedUpTo('TWO', 10);
  const before = await leaderOf('TWO');
  const old = before.replace('nats-', '');
  // What the leader writes next is on its way to R2 for as long as it takes another region to lead, and to write.
  const held = Promise.withResolvers<void>();
  let isHeld = false;
  const tried: string[] = [];
  gate.decide = async ({ method, key, writer = '' }): Promise<Verdict> => {
    if (method !== 'put' || !key.includes('/TWO/') || !key.includes('/log/')) return 'go';
    tried.push(`${writer} ${key.slice(-10)}`);
    if (writer !== old || isHeld) return 'go';
    isHeld = true;
    await held.promise;
    return 'go';
  };
  await publish('TWO', 11, 20);
  await waitFor('the write of the leader', BACKED_UP, () => isHeld);
  await stepDown('TWO', before);
  await publish('TWO', 21, 30);
  await waitFor('the write of the new leader', BACKED_UP, async () => {
    const backup = await backupOf('TWO');
    return backup?.lastSeq === 30 && backup.writer !== old;
  });
  held.resolve();
  await publish('TWO', 31, 40);
  await backedUpTo('TWO', 40);
  // Both tried the same index.
  const indexes = tried.map((each) => each.slice(-10));
  expect(new Set(indexes).size).toBeLessThan(indexes.length);
  await expectWhole('TWO', 40);
});

test('what a restore had begun when R2 went away does not stay, and the job says why', {
  timeout: 120_000,
}, async () => {
  await make('TORN');
  await publish('TORN', 1, 10);
  await backedUpTo('TORN', 10);
  await manager.streams.delete('TORN');
  let reads = 0;
  gate.decide = ({ method, key }) => {
    const isSegment = method === 'get' && key.includes('/TORN/') && key.includes('/log/');
    return isSegment && reads++ > 1 ? 'fail' : 'go';
  };
  const { api } = running.stack;
  const name = { account: ACCOUNT, stream: 'TORN' };
  const failed = await ended((await api.restore(name, {})).id);
  expect(failed).toMatchObject({ state: 'failed', problem: expect.stringContaining('Access Denied') });
  gate.decide = () => 'go';
  expect(await names()).not.toContain('TORN');
  expect(await ended((await api.restore(name, {})).id)).toMatchObject({ state: 'done', doneMessages: 10 });
  await expectWhole('TORN', 10);
});

test('a backup is removed by hand once its stream is gone, not before, and the audit log has it', {
  timeout: 120_000,
}, async () => {
  await make('GONE');
  await publish('GONE', 1, 10);
  await backedUpTo('GONE', 10);
  const { stack } = running;
  const early = await runRegions(['backup', 'delete', 'GONE', '--yes'], { edge: stack });
  expect([early.code, early.err]).toEqual([1, expect.stringContaining('the stream exists')]);
  const name = { account: ACCOUNT, stream: 'GONE' };
  await expect(stack.api.removeBackup(name)).rejects.toMatchObject({ code: 'backup_in_use' });
  expect(await backupOf('GONE')).toMatchObject({ messages: 10 });
  await manager.streams.delete('GONE');
  const dry = await runRegions(['backup', 'delete', 'GONE', '--dry-run'], { edge: stack });
  expect([dry.code, dry.out]).toEqual([0, expect.stringContaining('10 messages')]);
  expect(await backupOf('GONE')).toMatchObject({ messages: 10 });
  const done = await runRegions(['backup', 'delete', 'GONE', '--yes'], { edge: stack });
  expect([done.code, done.out]).toEqual([0, expect.stringContaining('Done: ')]);
  expect(await backupOf('GONE')).toBeUndefined();
  await expect(stack.api.backup(name)).rejects.toMatchObject({ code: 'no_such_backup' });
  const entries = (await stack.api.audit()).entries.filter(({ action }) => action === 'delete-backup');
  expect(entries.map(({ outcome }) => outcome)).toEqual(['ok', 'backup_in_use']);
  // Its name is free: another stream of it is backed up from its beginning.
  await make('GONE');
  await publish('GONE', 1, 5);
  await backedUpTo('GONE', 5);
  expect((await detail('GONE')).history.map(({ reason }) => reason)).toEqual(['new']);
});

// The last: all streams of this file come back from their backups.
test('all servers are lost while R2 denies: nothing starts in silence, and all is back once R2 answers', {
  timeout: 240_000,
}, async () => {
  const { api, engine } = running.stack;
  const held = await names();
  const before = (await api.jetstream()).lastRestore?.at ?? 0;
  gate.decide = () => 'fail';
  await Promise.all(JETSTREAM_SERVERS.map((server) => engine.server(server)?.app.kill('SIGKILL')));
  const waiting = await waitFor('the loss', { timeoutMs: 60_000 }, async () => {
    const { loss, problem } = await api.jetstream();
    return loss?.phase === 'waiting' && { loss, problem };
  });
  expect(waiting.loss.problems?.join()).toContain('Access Denied');
  expect(waiting.problem).not.toBeNull();
  const { regions } = await api.regions();
  expect(regions.filter(({ jetstream, state }) => jetstream && state === 'up')).toEqual([]);
  // A backup that may be all that there is does not go.
  await expect(api.removeBackup({ account: ACCOUNT, stream: 'DENIED' })).rejects.toThrow();
  gate.decide = () => 'go';
  await expect(api.removeBackup({ account: ACCOUNT, stream: 'DENIED' })).rejects.toMatchObject({
    code: 'backup_in_use',
  });
  await waitFor('the restore', { timeoutMs: 120_000 }, async () => {
    return ((await api.jetstream()).lastRestore?.at ?? 0) > before && (await api.jetstream()).loss === null;
  });
  expect((await api.jetstream()).lastRestore).toMatchObject({ problems: [] });
  await jetStreamIsReady(client.nats);
  expect((await names()).toSorted()).toEqual(held.toSorted());
});

async function make(name: string): Promise<void> {
  await manager.streams.add({ name, subjects: [`${name}.*`], num_replicas: 3, allow_direct: true });
}

/** Until each was acknowledged; one of which no answer came is not stored twice. */
async function publish(stream: string, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n += 1) {
    await waitFor('an answer', { timeoutMs: 30_000 }, () =>
      jetstream(client.nats).publish(`${stream}.x`, `${n}`, { timeout: API_TIMEOUT_MS, msgID: `${n}` }),
    );
  }
}

async function backupOf(name: string): Promise<Backup | undefined> {
  return (await running.stack.api.backups()).streams.find(({ stream }) => stream === name);
}

function detail(stream: string): Promise<BackupDetail> {
  return running.stack.api.backup({ account: ACCOUNT, stream });
}

async function backedUpTo(stream: string, sequence: number): Promise<void> {
  await waitFor(`message ${sequence} of ${stream} in the backup`, BACKED_UP, async () => {
    const backup = await backupOf(stream);
    return backup?.lastSeq === sequence && backup.lagMessages === 0;
  });
}

/** Each message is in exactly one segment, and a copy from the backup has all of them as they were. */
async function expectWhole(stream: string, last: number): Promise<void> {
  const { log, backup, history } = await detail(stream);
  expect(backup).toMatchObject({ messages: last, lastSeq: last, problems: [] });
  expect(history).toHaveLength(1);
  const filled = log.filter(({ messages }) => messages > 0);
  filled.forEach(({ first, last: end, messages }, n) => {
    expect(first).toBe((filled[n - 1]?.last ?? 0) + 1);
    expect(messages).toBe(end - first + 1);
  });
  const { api } = running.stack;
  const job = await ended((await api.verify({ account: ACCOUNT, stream })).id);
  expect(job).toMatchObject({ state: 'done' });
}

async function leaderOf(stream: string): Promise<string> {
  return (await manager.streams.info(stream)).cluster?.leader ?? '';
}

async function stepDown(stream: string, before: string): Promise<void> {
  await waitFor('another leader', { timeoutMs: 30_000 }, async () => {
    if ((await leaderOf(stream)) !== before) return true;
    await client.nats.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, '', { timeout: 2_000 });
    return false;
  });
}

async function names(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const name of manager.streams.names()) found.push(name);
  return found;
}

async function ended(id: string): Promise<Job> {
  return waitFor('the job to end', { timeoutMs: 60_000 }, async () => {
    const job = await running.stack.api.job(id);
    return job.state !== 'running' && job;
  });
}
