// The commands that docs/state.md shows, run as they are there, in their order, on real stores: a bucket of R2 behind its S3 API
// and a nats-server. Only the server's port is another one.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { History, LiveConfig } from '../../api/config.ts';
import { type Answers, CONFIG, INFO, livingEdge } from '../../test/support/fake-edge.ts';
import { runRegionsOn } from '../../test/support/regions-command.ts';
import {
  NATS_PASSWORD,
  SECRET_KEY,
  type StateStores,
  startStateStores,
} from '../../test/support/state-stores.ts';

const PAGE = await readFile(new URL('../../docs/state.md', import.meta.url), 'utf8');
const COMMANDS = [...PAGE.matchAll(/`npm run regions -- ([^`]+)`/g)].map(([, command = '']) => command);

const EARLIER: LiveConfig = { ...INFO, version: 6, message: 'before', config: CONFIG };
const ANSWERS: Answers = {
  ...livingEdge(),
  'GET /api/config?version=6': { body: EARLIER },
  'GET /api/config/history': {
    body: {
      versions: [INFO, { ...INFO, version: 6, message: 'before' }].map((each) => ({ ...each, changes: 1 })),
      next: null,
    } satisfies History,
  },
};

let stores: StateStores;
let cwd = '';

beforeAll(async () => {
  stores = await startStateStores();
  cwd = await mkdtemp(join(tmpdir(), 'meridian-page-'));
}, 60_000);
afterAll(async () => {
  await stores[Symbol.asyncDispose]();
  await rm(cwd, { recursive: true });
});

test('the page shows every subcommand of `state`', () => {
  const shown = new Set(COMMANDS.map((command) => command.split(' ')[1]));
  const all = ['save', 'list', 'get', 'put', 'mirror', 'verify', 'cut-over', 'roll-back', 'role'];
  expect([...shown].sort()).toEqual(all.sort());
});

test('each command works, in their order', { timeout: 60_000 }, async () => {
  for (const command of COMMANDS) {
    const args = command.replaceAll('127.0.0.1:4222', `127.0.0.1:${stores.natsPort}`).split(' ');
    const { code, out, err } = await runRegionsOn(ANSWERS, args, { cwd, env: stores.env });
    expect({ command, code, out, err }).toMatchObject({ code: 0, err: '' });
    expect(out).not.toContain(SECRET_KEY);
    expect(out).not.toContain(NATS_PASSWORD);
  }
  const latest = JSON.parse(await readFile(join(cwd, 'latest.json'), 'utf8')) as LiveConfig;
  expect(latest).toEqual({ ...INFO, config: CONFIG });
});
