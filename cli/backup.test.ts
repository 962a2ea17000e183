// `regions backup` and `regions jetstream` as people run them, against an edge that answers as the API says.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ARCHIVE_TYPE, archiveHead, DATA_FILE, META_FILE } from '../api/archive.ts';
import type { Backup, BackupDetail, Job, RestorePlan } from '../api/backups.ts';
import type { JetStream } from '../api/jetstream.ts';
import { type Answers, CONFIG_BACKUP, INFO, refusal } from '../test/support/fake-edge.ts';
import { runRegionsOn } from '../test/support/regions-command.ts';

const T0 = Date.UTC(2026, 10, 1);
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-backup-'));
});
afterAll(() => rm(folder, { recursive: true }));

const run = (answers: Answers, ...args: readonly string[]) => runRegionsOn(answers, args);

const BACKUP: Backup = {
  ...{ account: '$G', stream: 'ORDERS', messages: 4, bytes: 68, size: 1_500_000, segments: 2, epochs: 1 },
  ...{ firstSeq: 1, lastSeq: 5, lastAt: T0, writtenAt: T0, writer: 'weur', lagMessages: 0, lagMs: 0 },
  ...{ verified: { at: T0, ok: true }, deleted: null, problems: [] },
};
const DETAIL: BackupDetail = {
  backup: BACKUP,
  config: { name: 'ORDERS' },
  consumers: ['work'],
  history: [{ id: 'e1', created: '2026-11-01T00:00:00Z', reason: 'new', begunAt: T0 }],
  log: [
    {
      ...{ epoch: 'e1', folded: true, first: 1, last: 5, messages: 4, bytes: 68, size: 400, firstAt: T0 },
      ...{ lastAt: T0, writtenAt: T0, writer: 'weur' },
    },
  ],
  from: T0,
  to: T0 + 1000,
};
const PLAN: RestorePlan = {
  ...{
    account: '$G',
    stream: 'ORDERS',
    as: 'ORDERS',
    targetExists: false,
    takenBy: [],
    messages: 4,
    bytes: 68,
    firstSeq: 1,
  },
  ...{ lastSeq: 5, firstAt: T0, lastAt: T0, consumers: ['work'], notRestored: ['the dedup window'] },
  subjects: ['orders.>'],
  remarks: ['from an earlier epoch'],
};
const JOB: Job = {
  ...{ id: 'j1', kind: 'restore', account: '$G', stream: 'ORDERS', as: 'ORDERS', state: 'running' },
  ...{ doneMessages: 0, totalMessages: 4, doneBytes: 0, totalBytes: 68, startedAt: T0 },
};
const DONE: Job = {
  ...JOB,
  state: 'done',
  doneMessages: 4,
  doneBytes: 68,
  endedAt: T0,
  result: 'R3, all current',
};

const NONE = { body: { enabled: true, streams: [], problems: [] } };
const PATH = '/api/backups/%24G/ORDERS';
const RESTORING: Answers = {
  [`POST ${PATH}/restore/dry-run`]: { body: PLAN },
  [`POST ${PATH}/restore`]: { status: 202, body: JOB },
  'GET /api/backups/jobs/j1': { body: DONE },
};

describe('what there is', () => {
  test('is listed with size, age, lag and verification', async () => {
    const failed = {
      ...BACKUP,
      stream: 'B\u001b[2J',
      lagMessages: 9,
      lagMs: 4000,
      verified: null,
      problems: ['torn'],
    };
    const none = { ...BACKUP, stream: 'C', epochs: 0, lastSeq: null, writtenAt: null, lagMessages: null };
    const now = Date.now();
    const gone = { at: now - 7_200_000, removedFrom: now + 30 * 86_400_000 };
    const deleted = { ...BACKUP, stream: 'D', lagMessages: null, deleted: gone };
    const answers = {
      'GET /api/backups': {
        body: { enabled: true, streams: [BACKUP, failed, none, deleted], problems: ['oc does not answer'] },
      },
    };
    const { code, out } = await run(answers, 'backup', 'list');
    expect(code).toBe(0);
    expect(out).toMatch(/^\$G +ORDERS +4 +1\.4 MiB +5 +\d+ days ago +none +\d+ days ago$/m);
    expect(out).toMatch(/^\$G +B +4 .* 9 \(4\.0 s\) +never +torn$/m);
    expect(out).toMatch(/^\$G +C .* no backup yet +\? /m);
    expect(out).toMatch(/^\$G +D .* deleted 2 h ago, kept for 30 days +/m);
    expect(out).toContain('oc does not answer');
    expect(JSON.parse((await run(answers, 'backup', 'list', '--json')).out)).toMatchObject({
      streams: [{}, {}, {}, {}],
    });
  });

  test.each([
    [
      {},
      /^Configuration and audit log: all in the bucket, written .* ago \(store 20261126T193317Z-1a2b3c4d\)\.$/m,
    ],
    [{ writtenAt: null, store: null }, /^Configuration and audit log: nothing to back up yet\.$/m],
    [
      { versionsBehind: 1, entriesBehind: 2, behindSince: '2026-11-26T20:00:00Z', problem: '403' },
      /^Configuration and audit log: 1 version and 2 entries of the log not in the bucket yet, since .*\.\n.*failed.*403$/m,
    ],
    [
      { missed: { versions: 0, entries: 1 } },
      /^Deleted before the bucket took it: 0 versions and 1 entry of the log\.$/m,
    ],
    [
      { version: 0, earlier: { store: '20261101T000000Z-aaaaaaaa', ...INFO } },
      /^An earlier deployment \(20261101T000000Z-aaaaaaaa\) left version 7 by alice, .*restore-config/m,
    ],
    [{ earlierProblem: 'R2 is slow' }, /^What an earlier deployment left is not known: R2 is slow$/m],
  ] as const)('is listed with that of the configuration: %j', async (what, words) => {
    const body = { ...CONFIG_BACKUP, ...what };
    const answers = { 'GET /api/backups': NONE, 'GET /api/config/backup': { body } };
    const { code, out } = await run(answers, 'backup', 'list');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(words) });
  });

  test('is listed although that of the configuration is not known', async () => {
    const answers = { 'GET /api/backups': NONE, 'GET /api/config/backup': refusal(503, 'store_unavailable') };
    const { code, out } = await run(answers, 'backup', 'list');
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^Configuration and audit log: .*503/m),
    });
    const { config } = JSON.parse((await run(answers, 'backup', 'list', '--json')).out);
    expect(config.problem).toContain('503');
  });

  test('is listed whole where the edge answers a page at a time', async () => {
    const page = (stream: string, next: string | null) => ({
      body: { enabled: true, streams: [{ ...BACKUP, stream }], problems: [], next },
    });
    const answers = {
      'GET /api/backups': page('FIRST', '%24G/FIRST/'),
      'GET /api/backups?after=%2524G%2FFIRST%2F': page('SECOND', null),
    };
    const { out, asked } = await run(answers, 'backup', 'list');
    expect(out).toMatch(/FIRST.*SECOND/s);
    expect(asked.filter(({ path }) => path.startsWith('/api/backups'))).toHaveLength(2);
  });

  test('is shown with the times that can be restored', async () => {
    const { code, out } = await run({ [`GET ${PATH}`]: { body: DETAIL } }, 'backup', 'show', 'ORDERS');
    expect(code).toBe(0);
    expect(out).toMatch(/^can be restored +2026-11-01 00:00:00Z to 2026-11-01 00:00:01Z$/m);
    expect(out).toMatch(/^e1 +1 to 5 +4 +400 B +2026-11-01 00:00:00Z +folded$/m);
  });

  test('is asked for of another account by its name', async () => {
    const path = 'GET /api/backups/AAA/ORDERS';
    const refused = await run(
      { [path]: refusal(404, 'no_such_backup') },
      'backup',
      'show',
      'ORDERS',
      '--account',
      'AAA',
    );
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('`regions backup list` shows what there is');
  });

  test('is 6 without a bucket', async () => {
    const { code, err } = await run({ 'GET /api/backups': refusal(503, 'no_bucket') }, 'backup', 'list');
    expect(code).toBe(6);
    expect(err).toContain('no_bucket');
  });
});

describe('a restore', () => {
  test('shows what comes back, begins, and is waited for', async () => {
    const { code, out, err, asked } = await run(
      RESTORING,
      'backup',
      'restore',
      'ORDERS',
      '--seq',
      '5',
      '--yes',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^sequences +1 to 5$/m);
    expect(out).toMatch(/^not restored +the dedup window$/m);
    expect(out).toContain('Done: 4 messages. R3, all current');
    expect(err).toContain('restore of ORDERS running, 0 of 4 messages');
    expect(asked.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      { method: 'POST', path: `${PATH}/restore/dry-run`, body: { seq: 5 } },
      { method: 'POST', path: `${PATH}/restore`, body: { seq: 5 } },
      { method: 'GET', path: '/api/backups/jobs/j1', body: undefined },
    ]);
  });

  test('sends the time that is named, and that so long ago', async () => {
    const at = async (time: string) =>
      (await run(RESTORING, 'backup', 'restore', 'ORDERS', '--at', time, '--dry-run')).asked[0]?.body as {
        at: number;
      };
    expect(await at('2026-11-01T00:00:00Z')).toEqual({ at: T0 });
    const before = Date.now();
    const { at: ago } = await at('10m');
    expect(ago).toBeGreaterThanOrEqual(before - 600_000);
    expect(ago).toBeLessThanOrEqual(Date.now() - 600_000);
  });

  test('that is only planned, or not confirmed, begins nothing', async () => {
    const planned = await run(RESTORING, 'backup', 'restore', 'ORDERS', '--dry-run');
    expect(planned).toMatchObject({ code: 0, asked: [{}] });
    const unconfirmed = await run(RESTORING, 'backup', 'restore', 'ORDERS');
    expect(unconfirmed).toMatchObject({ code: 2, asked: [{}] });
  });

  test('onto a stream that exists begins nothing, and says what to do', async () => {
    const answers = {
      ...RESTORING,
      [`POST ${PATH}/restore/dry-run`]: { body: { ...PLAN, targetExists: true } },
    };
    for (const args of [['--yes'], ['--dry-run']]) {
      const { code, err, asked } = await run(answers, 'backup', 'restore', 'ORDERS', ...args);
      expect({ code, calls: asked.length }).toEqual({ code: 1, calls: 1 });
      expect(err).toContain('--as');
    }
  });

  test('says which subjects it takes, and what else there is to know', async () => {
    const { out } = await run(RESTORING, 'backup', 'restore', 'ORDERS', '--dry-run');
    expect(out).toMatch(/^subjects +orders\.>$/m);
    expect(out).toMatch(/^note +from an earlier epoch$/m);
  });

  test('whose subjects another stream takes begins nothing, and names it', async () => {
    const answers = {
      ...RESTORING,
      [`POST ${PATH}/restore/dry-run`]: { body: { ...PLAN, takenBy: ['OLD'] } },
    };
    for (const args of [['--yes'], ['--dry-run']]) {
      const { code, err, asked } = await run(answers, 'backup', 'restore', 'ORDERS', ...args);
      expect({ code, calls: asked.length }).toEqual({ code: 1, calls: 1 });
      expect(err).toContain('OLD of $G takes messages of its subjects (orders.>)');
    }
  });

  test('that fails says why, with 1, and as JSON too', async () => {
    const answers = {
      ...RESTORING,
      'GET /api/backups/jobs/j1': { body: { ...JOB, state: 'failed', problem: 'segment 3 is missing' } },
    };
    const failed = await run(answers, 'backup', 'restore', 'ORDERS', '--yes');
    expect(failed.code).toBe(1);
    expect(failed.err).toContain('The restore of ORDERS failed: segment 3 is missing');
    const asJson = await run(answers, 'backup', 'restore', 'ORDERS', '--yes', '--json');
    expect(JSON.parse(asJson.out)).toMatchObject({ error: { code: 'job_failed', job: { id: 'j1' } } });
  });

  test('goes on after Ctrl-C, and says so', async () => {
    const { promise: polled, resolve: poll } = Promise.withResolvers<void>();
    const answers: Answers = {
      ...RESTORING,
      'GET /api/backups/jobs/j1': () => {
        poll();
        return { body: JOB };
      },
    };
    const args = ['backup', 'restore', 'ORDERS', '--yes'];
    const { code, err } = await runRegionsOn(answers, args, { interruptAt: polled });
    expect(code).toBe(130);
    expect(err).toContain('The restore goes on: `regions backup jobs j1`');
  });

  test.each([
    [['--at', 'yesterday'], 'It must be a time'],
    [['--at', '2999-01-01T00:00:00Z'], 'future'],
    [['--seq', '0'], 'whole number from 1'],
    [['--seq', '1', '--at', '1m'], 'exclude each other'],
  ])('with %j is wrong usage', async (args, words) => {
    const { code, err, asked } = await run({}, 'backup', 'restore', 'ORDERS', ...args);
    expect({ code, asked }).toEqual({ code: 2, asked: [] });
    expect(err).toContain(words);
  });
});

test('all backups are verified, though one fails', async () => {
  const other = { ...BACKUP, stream: 'OTHER' };
  const verified: Job = { ...DONE, kind: 'verify', result: '4 messages as they were' };
  const { code, out, err } = await run(
    {
      'GET /api/backups': { body: { enabled: true, streams: [other, BACKUP], problems: [] } },
      'POST /api/backups/%24G/OTHER/verify': {
        status: 202,
        body: { ...verified, stream: 'OTHER', state: 'failed', problem: 'message 2 differs' },
      },
      [`POST ${PATH}/verify`]: { status: 202, body: verified },
    },
    ...['backup', 'verify'],
  );
  expect(code).toBe(1);
  expect(err).toContain('The verification of OTHER failed: message 2 differs');
  expect(out).toContain('ORDERS: 4 messages as they were');
});

describe('an archive', () => {
  const META = { config: { name: 'ORDERS', subjects: ['o'] }, state: { messages: 4 } };
  const DATA = Buffer.from('the archive itself');
  const WHOLE = Buffer.concat([archiveHead(META), DATA]);
  const EXPORT: Answers = {
    [`GET ${PATH}/archive`]: { body: WHOLE, headers: { 'content-type': ARCHIVE_TYPE } },
  };

  test('is written as `nats backup` has it, and sent back the same', async () => {
    const target = join(folder, 'orders');
    const exported = await run(EXPORT, 'backup', 'export', 'ORDERS', target);
    expect(exported).toMatchObject({ code: 0 });
    expect(JSON.parse(await readFile(join(target, META_FILE), 'utf8'))).toEqual(META);
    expect(await readFile(join(target, DATA_FILE))).toEqual(DATA);

    const answer = {
      status: 201,
      body: { ...{ account: '$G', stream: 'COPY', messages: 4 }, bytes: 68, firstSeq: 1, lastSeq: 5 },
    };
    const answers = {
      'GET /api/backups/%24G/COPY': refusal(404, 'no_such_backup'),
      'PUT /api/backups/%24G/COPY/archive': answer,
    };
    const imported = await run(answers, 'backup', 'import', target, '--as', 'COPY', '--yes');
    expect(imported.code).toBe(0);
    expect(imported.out).toContain('Done: 4 messages, sequences 1 to 5');
    expect(imported.asked.at(-1)?.body).toEqual(WHOLE);

    const there = await run({ [`GET ${PATH}`]: { body: DETAIL } }, 'backup', 'import', target, '--yes');
    expect(there).toMatchObject({ code: 1, err: expect.stringContaining('import it under another name') });
    expect(there.asked.map(({ method }) => method)).toEqual(['GET']);
  });

  test('that cannot be had leaves no folder', async () => {
    const target = join(folder, 'none');
    const refused = await run(
      { [`GET ${PATH}/archive`]: refusal(500, 'backup_damaged') },
      ...['backup', 'export', 'ORDERS', target],
    );
    expect(refused.code).toBe(6);
    const torn = {
      ...EXPORT,
      [`GET ${PATH}/archive`]: { body: WHOLE.subarray(0, 12), headers: { 'content-type': ARCHIVE_TYPE } },
    };
    const cut = await run(torn, 'backup', 'export', 'ORDERS', target);
    expect(cut.code).toBe(6);
    expect(cut.err).toContain('torn');
    expect(await readdir(folder)).not.toContain('none');
  });

  test('does not overwrite a folder, and a folder that is none is not sent', async () => {
    const target = join(folder, 'there');
    await mkdir(target);
    const refused = await run(EXPORT, 'backup', 'export', 'ORDERS', target);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.err).toContain('it is there already');
    expect(await run({}, 'backup', 'import', target, '--yes')).toMatchObject({ code: 1, asked: [] });
    await writeFile(join(target, META_FILE), JSON.stringify(META));
    await writeFile(join(target, 'stream.tar.s2'), '');
    expect((await run({}, 'backup', 'import', target, '--yes')).err).toContain('before nats-server 2.15');
  });
});

describe('JetStream', () => {
  const STATUS: JetStream = {
    members: [
      { region: 'weur', state: 'full', since: T0, server: 'up' },
      {
        region: 'enam',
        state: 'empty',
        since: T0,
        server: 'waiting',
        why: 'weur must hold everything first',
      },
    ],
    problem: null,
    loss: null,
    lastRestore: null,
  };
  const LOST: JetStream = {
    ...STATUS,
    loss: {
      since: T0,
      phase: 'waiting',
      streams: [{ account: '$G', stream: 'ORDERS', lastSeq: 5, messages: 4, backup: false }],
    },
  };

  test.each([[['jetstream']], [['jetstream', 'status']]])(
    '%j says who holds the streams and who waits',
    async (args) => {
      const { code, out } = await run({ 'GET /api/jetstream': { body: STATUS } }, ...args);
      expect(code).toBe(0);
      expect(out).toMatch(/^weur +full +up +\d+ days$/m);
      expect(out).toMatch(/^enam +empty +waiting +\d+ days +weur must hold everything first$/m);
    },
  );

  test('a loss is accepted after it was shown and confirmed', async () => {
    const answers = {
      'GET /api/jetstream': { body: LOST },
      'POST /api/jetstream/accept-loss': { body: STATUS },
    };
    const unconfirmed = await run(answers, 'jetstream', 'accept-loss');
    expect(unconfirmed).toMatchObject({ code: 2, asked: [{}] });
    const { code, out, asked } = await run(answers, 'jetstream', 'accept-loss', '--yes');
    expect(code).toBe(0);
    expect(out).toMatch(/^\$G +ORDERS +4 +5 +NO$/m);
    expect(asked.at(-1)).toMatchObject({ method: 'POST', path: '/api/jetstream/accept-loss' });
  });

  test('where nothing waits there is nothing to accept', async () => {
    const { code, err, asked } = await run(
      { 'GET /api/jetstream': { body: STATUS } },
      ...['jetstream', 'accept-loss', '--yes'],
    );
    expect({ code, calls: asked.length }).toEqual({ code: 1, calls: 1 });
    expect(err).toContain('no stream is lost');
  });
});
