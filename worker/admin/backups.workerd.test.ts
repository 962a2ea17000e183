// The endpoints of backups inside workerd, with real R2. The Keeper is a stand-in where restores are asked of it: they
// need servers.

import { env as bindings } from 'cloudflare:workers';
import * as v from 'valibot';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { archiveHead, openArchive } from '../../api/archive.ts';
import * as contract from '../../api/backups.ts';
import { JetStreamSchema } from '../../api/jetstream.ts';
import '../../test/support/workerd/config-bindings.ts';
import { regionBindings } from '../../test/support/workerd/region-bindings.ts';
import { activeConfig } from '../config/active-config.ts';
import type { EdgeContext } from '../edge-context.ts';
import type { Env } from '../env.ts';
import { readArchive } from '../jetstream/archive/read-archive.ts';
import { encodeSegment, type SegmentContext } from '../jetstream/archive/segment.ts';
import { BackupBucket } from '../jetstream/bucket/backup-bucket.ts';
import type { KeeperMethods } from '../jetstream/keeper-stub.ts';
import { beginEpoch } from '../jetstream/manifest/epochs.ts';
import { logKey } from '../jetstream/manifest/keys.ts';
import type { Job as KeeperJob } from '../jetstream/restore/jobs.ts';
import type { RestorePlan as KeeperPlan } from '../jetstream/restore/plan.ts';
import type { AskedRestore } from '../jetstream/restore/restorer.ts';
import { exportArchive } from './backups-export.ts';
import { importBackup } from './backups-import.ts';
import { listBackups } from './backups-list.ts';
import { showBackup } from './backups-read.ts';
import * as restores from './backups-restore.ts';
import type { StreamRequest } from './from-bucket.ts';
import { acceptLoss, jetStreamStatus } from './jetstream-status.ts';

declare global {
  namespace Cloudflare {
    interface Env {
      readonly BACKUPS: R2Bucket;
      readonly JETSTREAM_KEEPER: DurableObjectNamespace;
    }
  }
}

const T0 = Date.UTC(2026, 10, 1);
const { cluster } = activeConfig({}).config;
const ORDERS = { cluster, account: '$G', stream: 'ORDERS' };
const CONFIG = { name: 'ORDERS', subjects: ['orders.>'], num_replicas: 3 };
const LATER = { firstSeq: 1, lastSeq: 5, deleted: [[4, 4]] } as const;
const bucket = new BackupBucket(bindings.BACKUPS);
const NOTHING = { note: () => {} };

beforeEach(async () => {
  const { objects } = await bindings.BACKUPS.list();
  await bindings.BACKUPS.delete(objects.map(({ key }) => key));
});

/** Messages 1 to 3, and 5 after a hole, in two segments; `work` has acknowledged the first two. */
async function writeOrders(): Promise<void> {
  const position = { consumer: 2, stream: 2 };
  const consumers = [
    { name: 'work', config: { durable_name: 'work' }, delivered: position, ackFloor: position },
  ];
  const extent = { firstSeq: 1, lastSeq: 3, deleted: [] };
  const epoch = {
    id: 'e1',
    created: '2026-11-01T00:00:00Z',
    reason: 'new',
    now: T0,
    config: CONFIG,
    consumers,
  } as const;
  await bucket.save(
    beginEpoch(ORDERS, undefined, { ...epoch, extent: { firstSeq: 1, lastSeq: 0, deleted: [] } }),
    undefined,
  );
  await append(0, [1, 2, 3], { extent, config: CONFIG, consumers });
  await append(1, [5], { extent: LATER });
}

/** A further epoch, without segments. */
async function beginSecond(reason: 'recreated' | 'damaged'): Promise<void> {
  const stored = await bucket.load(ORDERS);
  const manifest = beginEpoch(ORDERS, stored?.manifest, {
    ...{ id: 'e2', created: '2026-11-01T00:00:00Z', reason, now: T0 + 9000 },
    ...{ config: CONFIG, consumers: [], extent: LATER },
  });
  await bucket.save(manifest, stored?.etag);
}

async function append(
  index: number,
  sequences: readonly number[],
  more: Pick<SegmentContext, 'extent' | 'config' | 'consumers'>,
  epoch = 'e1',
) {
  const context: SegmentContext = {
    format: 1,
    epoch,
    index,
    writer: 'weur',
    writtenAt: T0 + (sequences.at(-1) ?? 0) * 1000 + 500,
    ...more,
  };
  const entries = sequences.map((sequence) => ({
    name: 'orders.new',
    header: new Uint8Array(),
    payload: new TextEncoder().encode(`order ${sequence}`),
    timestampNs: BigInt(T0 + sequence * 1000) * 1_000_000n,
    sequence,
  }));
  await bindings.BACKUPS.put(logKey(ORDERS, epoch, index), encodeSegment(context, entries));
}

describe('without a bucket', () => {
  test('every endpoint that reads it says so', async () => {
    const edge = edgeOf({});
    for (const answer of [
      listBackups(get(), edge),
      showBackup(get(), edge),
      exportArchive(get(), edge, NOTHING),
      importBackup(put('x'), edge, NOTHING),
      restores.restore(post({}), edge, NOTHING),
    ]) {
      expect(await jsonOf(answer)).toMatchObject({ status: 503, body: { error: { code: 'no_bucket' } } });
    }
  });
});

describe('a backup', () => {
  test('is listed with what it holds, its lag and its verification', async () => {
    await writeOrders();
    const lag = { account: '$G', stream: 'ORDERS', lagMessages: 7, lagMs: 900 };
    const never = { account: '$G', stream: 'NEVER', lagMessages: 9, lagMs: 60_000, problem: 'R2 is full' };
    const verified = { account: '$G', stream: 'ORDERS', at: T0, ok: false, problem: 'message 2 differs' };
    const edge = edgeOf({
      BACKUPS: bindings.BACKUPS,
      ...keeperOf({ verifications: async () => [verified] }),
      ...lagging([lag, never]),
    });
    const { status, body } = await jsonOf(listBackups(get(), edge));
    expect(status).toBe(200);
    expect(v.parse(contract.BackupsSchema, body)).toMatchObject({
      enabled: true,
      problems: [],
      streams: [
        {
          ...{
            account: '$G',
            stream: 'ORDERS',
            messages: 4,
            firstSeq: 1,
            lastSeq: 5,
            segments: 2,
            epochs: 1,
          },
          ...{ lastAt: T0 + 5000, writtenAt: T0 + 5500, writer: 'weur', lagMessages: 7, lagMs: 900 },
          verified: { at: T0, ok: false, problem: 'message 2 differs' },
          problems: ['its last verification failed: message 2 differs'],
        },
        {
          ...{ account: '$G', stream: 'NEVER', messages: 0, segments: 0, epochs: 0, lastSeq: null },
          ...{ lagMessages: 9, lagMs: 60_000, problems: [expect.stringContaining('R2 is full')] },
        },
      ],
    });
  });

  test('of a deleted stream says from when on it is removed', async () => {
    await writeOrders();
    const deleted = async () => [{ account: '$G', stream: 'ORDERS', at: T0 }];
    const edge = edgeOf({ BACKUPS: bindings.BACKUPS, ...keeperOf({ deleted }), ...lagging([]) });
    const { body } = await jsonOf(listBackups(get(), edge));
    expect(v.parse(contract.BackupsSchema, body).streams).toMatchObject([
      { stream: 'ORDERS', deleted: { at: T0, removedFrom: T0 + 30 * 86_400_000 }, problems: [] },
    ]);
    const before = async () => [{ account: '$G', stream: 'ORDERS', at: T0 - 1 }];
    const anew = edgeOf({ BACKUPS: bindings.BACKUPS, ...keeperOf({ deleted: before }), ...lagging([]) });
    expect((await jsonOf(listBackups(get(), anew))).body).toMatchObject({ streams: [{ deleted: null }] });
  });

  test('of a stream that no region leads now is not known how far behind it is, also if it has none yet', async () => {
    await writeOrders();
    // Of a loss the Keeper says the streams twice.
    const streams = ['ORDERS', 'AWAY', 'AWAY'].map((stream) => ({ account: '$G', stream }));
    const edge = edgeOf({
      BACKUPS: bindings.BACKUPS,
      ...keeperOf({ streams: async () => streams }),
      ...lagging([]),
    });
    const { body } = await jsonOf(listBackups(get(), edge));
    const unled = { lagMessages: null, lagMs: null, problems: [expect.stringContaining('leads the stream')] };
    expect(v.parse(contract.BackupsSchema, body).streams).toMatchObject([
      { stream: 'ORDERS', messages: 4, ...unled },
      { stream: 'AWAY', epochs: 0, writtenAt: null, ...unled },
    ]);
  });

  test('what nobody says about it is null, and why is said', async () => {
    await writeOrders();
    const { body } = await jsonOf(listBackups(get(), edgeOf({ BACKUPS: bindings.BACKUPS })));
    const { streams, problems } = v.parse(contract.BackupsSchema, body);
    expect(streams).toMatchObject([{ messages: 4, lagMessages: null, lagMs: null, verified: null }]);
    expect(problems.join()).toContain('what weur backs up is unknown');
  });

  test('that is damaged is listed with what is wrong, beside the others', async () => {
    await writeOrders();
    await bindings.BACKUPS.put(`js/${cluster}/%24G/TORN/manifest.json`, '{');
    const { body } = await jsonOf(listBackups(get(), edgeOf({ BACKUPS: bindings.BACKUPS })));
    const { streams } = v.parse(contract.BackupsSchema, body);
    expect(streams.map(({ stream, messages }) => ({ stream, messages }))).toEqual([
      { stream: 'ORDERS', messages: 4 },
      { stream: 'TORN', messages: null },
    ]);
    expect(streams[1]?.problems.join()).toContain('manifest');
  });

  test('of which a segment is gone says what it lacks, and is not exported', async () => {
    await writeOrders();
    await bindings.BACKUPS.delete(logKey(ORDERS, 'e1', 0));
    const edge = edgeOf({ BACKUPS: bindings.BACKUPS });
    const { body } = await jsonOf(listBackups(get(), edge));
    expect(v.parse(contract.BackupsSchema, body).streams[0]?.problems).toEqual([
      'it lacks 3 messages that the stream has',
      '1 segments of its log are missing',
    ]);
    expect(await jsonOf(exportArchive(get(), edge, NOTHING))).toMatchObject({
      status: 500,
      body: { error: { code: 'backup_damaged', message: expect.stringContaining('3 messages') } },
    });
  });

  test('of which a segment is torn is not exported, with words', async () => {
    await writeOrders();
    await bindings.BACKUPS.put(logKey(ORDERS, 'e1', 0), 'torn');
    const answer = exportArchive(get(), edgeOf({ BACKUPS: bindings.BACKUPS }), NOTHING);
    expect(await jsonOf(answer)).toMatchObject({
      status: 500,
      body: { error: { code: 'backup_damaged', message: expect.stringContaining('log/0000000000') } },
    });
  });

  test('whose newest epoch has lost its only segment is no empty stream', async () => {
    await writeOrders();
    await beginSecond('recreated');
    const edge = edgeOf({ BACKUPS: bindings.BACKUPS });
    const { streams } = v.parse(contract.BackupsSchema, (await jsonOf(listBackups(get(), edge))).body);
    const { backup } = v.parse(contract.BackupDetailSchema, (await jsonOf(showBackup(get(), edge))).body);
    for (const shown of [streams[0], backup]) {
      expect(shown).toMatchObject({
        ...{ messages: null, bytes: null, firstSeq: null, lastSeq: null, segments: 0 },
        problems: [
          'of 4 messages that the stream had when the epoch began nothing is there; the epoch before has 4',
        ],
      });
    }
  });

  test('that began anew since the epoch before is damaged says so, and is shown', async () => {
    await writeOrders();
    await beginSecond('damaged');
    await append(0, [1, 2, 3, 5], { extent: LATER }, 'e2');
    await bindings.BACKUPS.put(logKey(ORDERS, 'e1', 0), 'torn');
    const edge = edgeOf({ BACKUPS: bindings.BACKUPS });
    const { streams } = v.parse(contract.BackupsSchema, (await jsonOf(listBackups(get(), edge))).body);
    const isDamaged = expect.stringContaining('is damaged: the stream was backed up anew');
    expect(streams[0]).toMatchObject({ messages: 4, problems: [isDamaged] });
    const { backup, history } = v.parse(
      contract.BackupDetailSchema,
      (await jsonOf(showBackup(get(), edge))).body,
    );
    expect(history.map(({ reason }) => reason)).toEqual(['new', 'damaged']);
    expect(backup.problems).toEqual([isDamaged, expect.stringContaining('epoch e1 cannot be read')]);
  });

  test('is shown with its segments, its consumers and the times that can be restored', async () => {
    await writeOrders();
    const { status, body } = await jsonOf(showBackup(get(), edgeOf({ BACKUPS: bindings.BACKUPS })));
    expect(status).toBe(200);
    expect(v.parse(contract.BackupDetailSchema, body)).toMatchObject({
      config: CONFIG,
      consumers: ['work'],
      history: [{ id: 'e1', reason: 'new' }],
      log: [
        { first: 1, last: 3, messages: 3, folded: false },
        { first: 5, last: 5, messages: 1, folded: false },
      ],
      from: T0 + 3500,
      to: T0 + 5500,
    });
  });

  test.each([
    ['$G', 'NONE', 404, 'no_such_backup'],
    ['%E0%A4%A', 'ORDERS', 400, 'bad_request'],
    ['$G', 'a%2Fb', 400, 'bad_request'],
  ])('%s/%s is none', async (account, stream, status, code) => {
    const edge = edgeOf({ BACKUPS: bindings.BACKUPS });
    const answer = showBackup(get('', { account, stream }), edge);
    expect(await jsonOf(answer)).toMatchObject({ status, body: { error: { code } } });
  });
});

describe('an archive', () => {
  async function exported(query = ''): Promise<Response> {
    return exportArchive(get(query), edgeOf({ BACKUPS: bindings.BACKUPS }), NOTHING);
  }

  async function sequencesIn(response: Response): Promise<readonly number[]> {
    const { data } = await openArchive(response.body as ReadableStream<Uint8Array>);
    const sequences: number[] = [];
    for await (const { sequence } of readArchive(data as unknown as AsyncIterable<Uint8Array>)) {
      if (sequence > 0) sequences.push(sequence);
    }
    return sequences;
  }

  test('has the configuration, the state and every message', async () => {
    await writeOrders();
    const response = await exported();
    const { meta } = await openArchive(response.clone().body as ReadableStream<Uint8Array>);
    expect(meta).toMatchObject({ config: CONFIG, state: { messages: 4, last_seq: 5, consumer_count: 1 } });
    expect(await sequencesIn(response)).toEqual([1, 2, 3, 5]);
  });

  test('ends where it is asked to', async () => {
    await writeOrders();
    expect(await sequencesIn(await exported('?seq=2'))).toEqual([1, 2]);
    expect(await sequencesIn(await exported(`?at=${T0 + 3600}`))).toEqual([1, 2, 3]);
  });

  test.each(['?seq=2&at=5', '?seq=-1', '?at=now'])('is refused with %s', async (query) => {
    expect(await jsonOf(exported(query))).toMatchObject({
      status: 400,
      body: { error: { code: 'bad_request' } },
    });
  });

  test('that was exported can be imported under another name, and is the same', async () => {
    await writeOrders();
    const body = (await exported()).body as ReadableStream<Uint8Array>;
    const name = { account: '$G', stream: 'COPY' };
    const edge = edgeOf({ BACKUPS: bindings.BACKUPS });
    const imported = await jsonOf(importBackup(put(body, name), edge, NOTHING));
    expect(imported.status).toBe(201);
    expect(v.parse(contract.ImportedSchema, imported.body)).toMatchObject({
      ...name,
      messages: 4,
      firstSeq: 1,
      lastSeq: 5,
    });
    const shown = await jsonOf(showBackup(get('', name), edge));
    expect(v.parse(contract.BackupDetailSchema, shown.body)).toMatchObject({
      backup: { messages: 4, lastSeq: 5, problems: [] },
      config: { ...CONFIG, name: 'COPY' },
      consumers: ['work'],
    });
    expect(await sequencesIn(await exportArchive(get('', name), edge, NOTHING))).toEqual([1, 2, 3, 5]);
  });

  test('of a stream that has a backup is refused', async () => {
    await writeOrders();
    const body = (await exported()).body as ReadableStream<Uint8Array>;
    const answer = importBackup(put(body), edgeOf({ BACKUPS: bindings.BACKUPS }), NOTHING);
    expect(await jsonOf(answer)).toMatchObject({ status: 409, body: { error: { code: 'backup_exists' } } });
  });

  test('that is torn, or none, leaves nothing in the bucket', async () => {
    await writeOrders();
    const whole = new Uint8Array(await (await exported()).arrayBuffer());
    const before = (await bindings.BACKUPS.list()).objects.length;
    const name = { account: '$G', stream: 'COPY' };
    const edge = edgeOf({ BACKUPS: bindings.BACKUPS });
    for (const body of [
      whole.subarray(0, whole.byteLength - 20),
      whole.subarray(0, 12),
      'hello, this is no archive',
      archiveHead({ config: CONFIG }),
    ]) {
      expect(await jsonOf(importBackup(put(body, name), edge, NOTHING))).toMatchObject({
        status: 422,
        body: { error: { code: 'bad_archive' } },
      });
    }
    expect((await bindings.BACKUPS.list()).objects.length).toBe(before);
  });
});

describe('a restore', () => {
  const PLAN: KeeperPlan = {
    messages: 4,
    bytes: 68,
    firstSeq: 1,
    lastSeq: 5,
    consumers: ['work'],
    notRestored: ['the dedup window'],
    remarks: ['from an earlier epoch'],
    subjects: ['orders.>'],
    takenBy: [],
    targetExists: false,
  };
  const JOB: KeeperJob = {
    ...{ id: 'j1', kind: 'restore', account: '$G', stream: 'ORDERS', as: 'ORDERS', state: 'running' },
    ...{ doneMessages: 0, totalMessages: 4, doneBytes: 0, totalBytes: 68, startedAt: T0 },
  };

  function edgeWith(plan: Partial<KeeperPlan>, asked: AskedRestore[] = []): EdgeContext {
    return edgeOf({
      BACKUPS: bindings.BACKUPS,
      ...keeperOf({
        planRestore: async () => ({ ok: true, plan: { ...PLAN, ...plan } }),
        startRestore: async (restore: AskedRestore) => {
          asked.push(restore);
          return JOB;
        },
        startVerify: async () => ({ ...JOB, kind: 'verify' }),
        jobs: async () => [JOB],
        job: async (id: string) => (id === JOB.id ? JOB : undefined),
      }),
    });
  }

  test('is planned, begun and followed', async () => {
    await writeOrders();
    const asked: AskedRestore[] = [];
    const edge = edgeWith({}, asked);
    const plan = await jsonOf(restores.planRestore(post({ as: 'COPY' }), edge));
    expect(v.parse(contract.RestorePlanSchema, plan.body)).toMatchObject({
      as: 'COPY',
      messages: 4,
      firstAt: null,
      subjects: ['orders.>'],
      remarks: ['from an earlier epoch'],
    });
    expect(asked).toEqual([]);
    const begun = await jsonOf(restores.restore(post({ seq: 3 }), edge, NOTHING));
    expect(begun.status).toBe(202);
    expect(v.parse(contract.JobSchema, begun.body).id).toBe('j1');
    expect(asked).toEqual([{ account: '$G', stream: 'ORDERS', seq: 3 }]);
    const verification = await jsonOf(restores.verify(post(), edge, NOTHING));
    expect(v.parse(contract.JobSchema, verification.body).kind).toBe('verify');
    expect(
      v.parse(contract.JobsSchema, (await jsonOf(restores.listJobs(get(), edge))).body).jobs,
    ).toHaveLength(1);
    expect((await jsonOf(restores.showJob('j1', edge))).status).toBe(200);
    expect((await jsonOf(restores.showJob('j2', edge))).body).toMatchObject({
      error: { code: 'no_such_job' },
    });
  });

  test('onto a stream that exists is not begun', async () => {
    await writeOrders();
    const asked: AskedRestore[] = [];
    const answer = await jsonOf(restores.restore(post({}), edgeWith({ targetExists: true }, asked), NOTHING));
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'stream_exists' } } });
    expect(asked).toEqual([]);
  });

  test('whose subjects another stream takes is not begun', async () => {
    await writeOrders();
    const asked: AskedRestore[] = [];
    const answer = await jsonOf(restores.restore(post({}), edgeWith({ takenBy: ['OLD'] }, asked), NOTHING));
    expect(answer).toMatchObject({
      status: 409,
      body: { error: { code: 'subjects_taken', message: expect.stringContaining('OLD') } },
    });
    expect(asked).toEqual([]);
  });

  test.each([
    ['damaged', 500, 'backup_damaged'],
    ['missing', 500, 'backup_damaged'],
    ['incomplete', 500, 'backup_damaged'],
    ['none', 404, 'no_such_backup'],
    ['unavailable', 503, 'bucket_unavailable'],
  ])('of a backup that is %s is %i, with its words', async (problem, status, code) => {
    await writeOrders();
    const planRestore = async () => ({ ok: false, problem, message: 'segment 3 is torn' });
    const edge = edgeOf({ BACKUPS: bindings.BACKUPS, ...keeperOf({ planRestore }) });
    for (const answer of [restores.restore(post({}), edge, NOTHING), restores.planRestore(post({}), edge)]) {
      expect(await jsonOf(answer)).toMatchObject({
        status,
        body: { error: { code, message: 'segment 3 is torn' } },
      });
    }
  });

  test('of a damaged backup is told by the Keeper itself as that', async () => {
    await writeOrders();
    await bindings.BACKUPS.delete(logKey(ORDERS, 'e1', 0));
    const edge = edgeOf({ BACKUPS: bindings.BACKUPS, JETSTREAM_KEEPER: bindings.JETSTREAM_KEEPER });
    const answers = async () => [
      await jsonOf(restores.planRestore(post({}), edge)),
      await jsonOf(restores.restore(post({}), edge, NOTHING)),
    ];
    const of = (message: string) => ({
      status: 500,
      body: { error: { code: 'backup_damaged', message: expect.stringContaining(message) } },
    });
    for (const answer of await answers()) expect(answer).toMatchObject(of('3 messages are missing'));
    await bindings.BACKUPS.put(logKey(ORDERS, 'e1', 0), 'torn');
    for (const answer of await answers()) expect(answer).toMatchObject(of('log/0000000000'));
  });

  test.each([
    [{ at: 5, seq: 1 }, 'bad_request'],
    [{ as: 'a.b' }, 'bad_request'],
    [{ seq: 0 }, 'bad_request'],
    [{ of: 'x' }, 'bad_request'],
    [{ at: T0 - 1 }, 'no_such_backup'],
  ])('with %j is refused', async (body, code) => {
    await writeOrders();
    const asked: AskedRestore[] = [];
    const answer = await jsonOf(restores.restore(post(body), edgeWith({}, asked), NOTHING));
    expect(answer.body).toMatchObject({ error: { code } });
    expect(asked).toEqual([]);
  });

  test('without a Keeper, or with one that fails, is 503 in words', async () => {
    await writeOrders();
    const none = edgeOf({ BACKUPS: bindings.BACKUPS });
    expect((await jsonOf(restores.restore(post({}), none, NOTHING))).body).toMatchObject({
      error: { code: 'no_keeper' },
    });
    const broken = keeperOf({ planRestore: () => Promise.reject(new Error('overloaded')) });
    const edge = edgeOf({ BACKUPS: bindings.BACKUPS, ...broken });
    expect(await jsonOf(restores.restore(post({}), edge, NOTHING))).toMatchObject({
      status: 503,
      body: { error: { code: 'keeper_unavailable', message: expect.stringContaining('overloaded') } },
    });
  });
});

describe('JetStream', () => {
  const streams = [{ ...ORDERS, created: '', messages: 4, lastSeq: 5, servers: [] }];

  test('is shown with every JetStream region, why one waits, and which lost streams have a backup', async () => {
    await writeOrders();
    const lost = [
      ...streams,
      { ...streams[0], account: '$G', stream: 'NONE', created: '', messages: 1, lastSeq: 1, servers: [] },
    ];
    const admission = async () => ({
      members: [{ region: 'weur', state: 'joining', since: T0, lacks: 'ORDERS: 2 messages' }],
      loss: { since: T0, phase: 'waiting', streams: lost },
    });
    const edge = jetStreamEdge({ BACKUPS: bindings.BACKUPS, ...keeperOf({ admission }) });
    const { status, body } = await jsonOf(jetStreamStatus(get(), edge));
    expect(status).toBe(200);
    expect(v.parse(JetStreamSchema, body)).toMatchObject({
      members: [
        { region: 'enam', state: 'empty', since: null, server: 'unreachable' },
        { region: 'weur', state: 'joining', since: T0, why: 'ORDERS: 2 messages' },
      ],
      loss: {
        phase: 'waiting',
        streams: [
          { stream: 'ORDERS', backup: true },
          { stream: 'NONE', backup: false },
        ],
      },
      lastRestore: null,
    });
  });

  test('is shown while R2 hangs too: which lost streams have a backup is then unknown, and that is said', async () => {
    const hanging = { list: () => new Promise(() => {}) } as unknown as R2Bucket;
    const admission = async () => ({ members: [], loss: { since: T0, phase: 'restoring', streams } });
    const edge = jetStreamEdge({ BACKUPS: hanging, ...keeperOf({ admission }) });
    vi.useFakeTimers();
    const answering = jsonOf(jetStreamStatus(get(), edge));
    await vi.advanceTimersByTimeAsync(3_000);
    vi.useRealTimers();
    expect(v.parse(JetStreamSchema, (await answering).body).loss).toMatchObject({
      streams: [{ stream: 'ORDERS', backup: null }],
      problems: ['which streams have a backup is unknown: R2 has not answered for 3 s'],
    });
  });

  test('a loss is accepted only while one waits', async () => {
    let accepted = 0;
    const view = (phase: string) => ({ members: [], loss: { since: T0, phase, streams } });
    const keeper = (phase: string) =>
      keeperOf({
        admission: async () => view(phase),
        acceptLoss: async () => {
          accepted += 1;
          return view('forming');
        },
      });
    const notes: object[] = [];
    const caller = { note: (note: object) => void notes.push(note) };
    const refused = await jsonOf(acceptLoss(post(), jetStreamEdge(keeper('restoring')), caller));
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'nothing_lost' } } });
    expect(accepted).toBe(0);
    expect(notes).toEqual([]);
    const done = await jsonOf(acceptLoss(post(), jetStreamEdge(keeper('waiting')), caller));
    expect(v.parse(JetStreamSchema, done.body)).toMatchObject({ loss: { phase: 'forming' } });
    expect(accepted).toBe(1);
    // The audit log says whose data it was.
    expect(notes).toEqual([
      { detail: expect.stringMatching(/^accept-loss of ORDERS of \S+ \(4 messages\)$/) },
    ]);
  });

  test('of many streams that are given up the audit log names as many as it takes', async () => {
    const many = Array.from({ length: 500 }, (_, at) => ({ ...streams[0], stream: `STREAM-${at}` }));
    const loss = { since: T0, phase: 'waiting', streams: [], unsaved: many };
    const admission = async () => ({ members: [], loss });
    const edge = jetStreamEdge(keeperOf({ admission, acceptLoss: admission }));
    const details: (string | undefined)[] = [];
    await acceptLoss(post(), edge, { note: ({ detail }) => void details.push(detail) });
    const [detail = ''] = details;
    expect(detail).toMatch(/^accept-loss of STREAM-0 of .* and \d+ more$/);
    expect(detail.length).toBeLessThan(1_000);
  });
});

type Params = StreamRequest['params'];
const PARAMS: Params = { account: '%24G', stream: 'ORDERS' };

function requestOf(query: string, init: RequestInit, params = PARAMS): StreamRequest {
  const request = new Request(`https://meridian.example/api/backups${query}`, init);
  return Object.assign(request, { params });
}

function get(query = '', params = PARAMS): StreamRequest {
  return requestOf(query, {}, params);
}

function post(body?: unknown): StreamRequest {
  return requestOf('', { method: 'POST', ...(body !== undefined && { body: JSON.stringify(body) }) });
}

function put(body: BodyInit, params = PARAMS): StreamRequest {
  return requestOf('', { method: 'PUT', body }, params);
}

/** Every region takes part in JetStream, and says this of what it backs up. */
function lagging(lags: readonly unknown[]) {
  return regionBindings((id) => ({ backupStatus: async () => (id === 'weur' ? lags : []) }) as object);
}

/** A Keeper that answers this, and knows of no verification. */
function keeperOf(methods: Partial<Record<keyof KeeperMethods, unknown>>) {
  const none = async () => [];
  const keeper = { verifications: none, streams: none, deleted: none, ...methods };
  return { JETSTREAM_KEEPER: { getByName: () => keeper } as unknown as DurableObjectNamespace };
}

function edgeOf(env: Env): EdgeContext {
  const active = activeConfig(env);
  const config = {
    ...active.config,
    regions: active.config.regions.map((region) => ({ ...region, jetstream: true })),
  };
  const { plan, version } = active;
  return { ...active, config, plan, version, env, audit: () => {}, background: () => {} };
}

/** Two regions take part in JetStream. */
function jetStreamEdge(env: Env): EdgeContext {
  const edge = edgeOf(env);
  const regions = edge.config.regions.map((region) => ({
    ...region,
    jetstream: region.id === 'weur' || region.id === 'enam',
  }));
  return { ...edge, config: { ...edge.config, regions } };
}

async function jsonOf(answer: Response | Promise<Response>) {
  const response = await answer;
  return { status: response.status, body: await response.json<unknown>() };
}
