// The commands that docs/backup.md shows, run as they are there, against an edge that answers as the API says.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ARCHIVE_TYPE, archiveHead, DATA_FILE, META_FILE } from '../api/archive.ts';
import type { Job, RestorePlan } from '../api/backups.ts';
import type { RestoredConfig } from '../api/config.ts';
import type { JetStream } from '../api/jetstream.ts';
import { type Answers, CONFIG, CONFIG_BACKUP, INFO, livingEdge, refusal } from '../test/support/fake-edge.ts';
import { runRegionsOn } from '../test/support/regions-command.ts';

const PAGE = await readFile(new URL('../docs/backup.md', import.meta.url), 'utf8');
const COMMANDS = [...PAGE.matchAll(/`npm run regions -- ([^`]+)`/g)].map(([, command = '']) => command);
/** These ask before they change something. */
const ASKS = /^(backup (restore|restore-config|import)\b|jetstream accept-loss|restart)/;

const PATH = '/api/backups/%24G/ORDERS';
const META = { config: { name: 'ORDERS' } };
const BACKUP = {
  ...{ account: '$G', stream: 'ORDERS', messages: 4, bytes: 68, size: 400, segments: 1, epochs: 1 },
  ...{ firstSeq: 1, lastSeq: 5, lastAt: 0, writtenAt: 0, writer: 'weur', lagMessages: 0, lagMs: 0 },
  ...{ verified: null, deleted: null, problems: [] },
};
const PLAN: RestorePlan = {
  ...{
    account: '$G',
    stream: 'ORDERS',
    as: 'OLD',
    targetExists: false,
    takenBy: [],
    subjects: [],
    remarks: [],
    messages: 4,
    bytes: 68,
    firstSeq: 1,
  },
  ...{ lastSeq: 5, firstAt: 0, lastAt: 0, consumers: [], notRestored: [] },
};
const JOB: Job = {
  ...{ id: 'j1', kind: 'restore', account: '$G', stream: 'ORDERS', as: 'OLD', state: 'done' },
  ...{ doneMessages: 4, totalMessages: 4, doneBytes: 68, totalBytes: 68, startedAt: 0, endedAt: 1 },
};
const LOST: JetStream = {
  members: [],
  problem: null,
  loss: { since: 0, phase: 'waiting', streams: [] },
  lastRestore: null,
};
const REGIONS = livingEdge();
const RESTORED: RestoredConfig = {
  ...{ ...INFO, version: 8, changes: [], notTaken: [], warnings: [], config: CONFIG },
  from: { ...INFO, time: '2026-11-23T14:06:54.123Z', store: '20261126T193317Z-1a2b3c4d' },
  history: { versions: 1, entries: 1, breaks: 0 },
};
const ANSWERS: Answers = {
  ...REGIONS,
  // No region runs, so none has to be waited for.
  'GET /api/regions': { body: { version: 7, regions: [] } },
  'GET /api/jetstream': { body: LOST },
  'POST /api/jetstream/accept-loss': { body: { ...LOST, loss: null } },
  'POST /api/config/restore': { body: RESTORED },
  'GET /api/backups': { body: { enabled: true, streams: [BACKUP], problems: [] } },
  'GET /api/config/backup': { body: CONFIG_BACKUP },
  'GET /api/backups/jobs': { body: { jobs: [JOB] } },
  [`GET ${PATH}`]: {
    body: { backup: BACKUP, config: {}, consumers: [], history: [], log: [], from: 0, to: 0 },
  },
  [`POST ${PATH}/restore/dry-run`]: { body: PLAN },
  [`POST ${PATH}/delete/dry-run`]: { body: { backup: BACKUP, refused: null } },
  [`POST ${PATH}/restore`]: { status: 202, body: JOB },
  [`POST ${PATH}/verify`]: { status: 202, body: { ...JOB, kind: 'verify' } },
  [`GET ${PATH}/archive`]: {
    body: Buffer.concat([archiveHead(META), Buffer.from('messages')]),
    headers: { 'content-type': ARCHIVE_TYPE },
  },
  'GET /api/backups/%24G/COPY': refusal(404, 'no_such_backup'),
  'PUT /api/backups/%24G/COPY/archive': {
    status: 201,
    body: { ...{ account: '$G', stream: 'COPY', messages: 4 }, bytes: 68, firstSeq: 1, lastSeq: 5 },
  },
};
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-page-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the page shows every subcommand of `backup` and `jetstream`', () => {
  const shown = new Set(COMMANDS.map((command) => command.split(' ').slice(0, 2).join(' ')));
  for (const name of [
    'list',
    'show',
    'restore',
    'verify',
    'jobs',
    'export',
    'import',
    'delete',
    'restore-config',
  ]) {
    expect(shown).toContain(`backup ${name}`);
  }
  expect(shown).toContain('jetstream accept-loss');
});

test.each(COMMANDS)('%s', async (command) => {
  // `restart` is tested with regions that come and go; here it has none to restart.
  const config = { ...(REGIONS['GET /api/config'] as { body: { config: { regions: object[] } } }).body };
  const drained = config.config.regions.map((region) => ({ ...region, drain: true }));
  const answers: Answers = command.startsWith('restart')
    ? {
        ...ANSWERS,
        'GET /api/config': { body: { ...config, config: { ...config.config, regions: drained } } },
      }
    : ANSWERS;
  const cwd = await mkdtemp(join(folder, 'run-'));
  if (command.startsWith('backup import')) {
    await mkdir(join(cwd, 'orders'));
    await writeFile(join(cwd, 'orders', META_FILE), JSON.stringify(META));
    await writeFile(join(cwd, 'orders', DATA_FILE), 'messages');
  }
  const args = [...command.split(' '), ...(ASKS.test(command) ? ['--yes'] : [])];
  const { code, err, asked } = await runRegionsOn(answers, args, { cwd });
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  expect(asked.length).toBeGreaterThan(0);
});
