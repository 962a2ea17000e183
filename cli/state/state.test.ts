// `regions state` with bad input, and while a mirror of another process goes on.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { History, LiveConfig } from '../../api/config.ts';
import { type Answers, CONFIG, INFO, livingEdge } from '../../test/support/fake-edge.ts';
import { runRegions, runRegionsOn } from '../../test/support/regions-command.ts';
import { waitFor } from '../../waiting/wait-for.ts';

let folder = '';
let from = '';
let to = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-state-'));
  [from = '', to = ''] = await Promise.all(
    ['old', 'new'].map(async (name) => {
      await mkdir(join(folder, name));
      return pathToFileURL(join(folder, name)).href;
    }),
  );
  file = join(folder, 'value');
  await writeFile(file, 'one');
});
afterEach(() => rm(folder, { recursive: true }));

const state = (...args: readonly string[]) => runRegions(['state', ...args]);
const both = () => ['--from', from, '--to', to];
const inNew = async (key: string) => {
  try {
    return await readFile(join(folder, 'new', key.replaceAll('/', '+')), 'utf8');
  } catch {
    return undefined;
  }
};

test('a mirror goes on until the cut-over, old writers are refused, and it is rolled back', {
  timeout: 60_000,
}, async () => {
  const mirror = state('mirror', ...both());
  await waitFor('the standby', { timeoutMs: 20_000 }, () => inNew('meridian-role.json'));
  expect((await state('put', 'a/b', file, '--at', from)).out).toBe('Stored: a/b, 3 bytes.\n');
  await waitFor('the copy', { timeoutMs: 20_000 }, async () => (await inNew('a/b')) === 'one');
  const tooEarly = await state('put', 'a/b', file, '--at', to);
  expect(tooEarly).toMatchObject({ code: 1, err: expect.stringContaining(`Write there`) });
  const done = await state('cut-over', ...both(), '--yes', '--json');
  expect(JSON.parse(done.out)).toMatchObject({ outcome: 'done', from, to, comparison: { same: 1 } });
  expect(await mirror).toMatchObject({ code: 0, out: expect.stringContaining('The mirror has ended') });
  const late = await state('put', 'c', file, '--at', from, '--json');
  expect(late.code).toBe(1);
  expect(JSON.parse(late.out)).toMatchObject({ error: { code: 'state_standby' } });
  expect((await state('put', 'c', file, '--at', to)).code).toBe(0);
  const refused = await state('roll-back', ...both(), '--yes');
  expect(refused.code).toBe(1);
  expect(refused.out).toContain(`state mirror --from ${to} --to ${from}`);
  expect((await state('roll-back', ...both(), '--yes', '--finish')).code).toBe(0);
  expect((await state('verify', ...both())).out).toContain(`Writes are taken by ${from}.`);
  expect((await state('list', '--at', from, '--json')).out).toContain('"c"');
});

test('a mirror ends at Ctrl-C', async () => {
  const interruptAt = waitFor('the standby', { timeoutMs: 20_000 }, () => inNew('meridian-role.json'));
  const ended = await runRegions(['state', 'mirror', ...both(), '--json'], {
    interruptAt: interruptAt.then(() => {}),
  });
  expect(ended.code).toBe(0);
});

test('while they differ a cut-over is refused, and it can be seen beforehand', async () => {
  await state('put', 'a', file, '--at', from);
  expect(await state('mirror', ...both(), '--dry-run')).toMatchObject({
    code: 0,
    out: expect.stringContaining('1 would be copied. Nothing was changed.'),
  });
  expect((await state('cut-over', ...both(), '--dry-run')).err).toContain('was never mirrored');
  await state('mirror', ...both(), '--once');
  expect((await state('cut-over', ...both(), '--dry-run')).code).toBe(0);
  await writeFile(file, 'two');
  await state('put', 'a', file, '--at', from);
  const verified = await state('verify', ...both(), '--json');
  expect(verified.code).toBe(1);
  expect(JSON.parse(verified.out)).toMatchObject({ same: 0, differ: ['a'], missing: [], extra: [] });
  for (const more of [['--dry-run'], ['--yes']])
    expect(await state('cut-over', ...both(), ...more)).toMatchObject({ code: 1, err: '' });
  expect((await state('put', 'b', file, '--at', from)).code).toBe(0);
});

test('without --yes and without a terminal nothing is cut over', async () => {
  await state('mirror', ...both(), '--once');
  expect(await state('cut-over', ...both())).toMatchObject({ code: 2 });
  expect((await state('put', 'a', file, '--at', from)).code).toBe(0);
});

test('put writes both, and only in place of what was seen', async () => {
  await state('mirror', ...both(), '--once');
  const { out } = await state('put', 'a', file, '--at', from, '--also', to, '--json');
  expect(await inNew('a')).toBe('one');
  const { etag } = JSON.parse(out) as { readonly etag: string };
  await writeFile(file, 'two');
  expect((await state('put', 'a', file, '--at', from, '--if-match', etag)).code).toBe(0);
  expect((await state('put', 'a', file, '--at', from, '--if-match', etag)).code).toBe(3);
  expect((await state('get', 'a', '--at', from)).out).toBe('two');
  expect((await state('get', 'none', '--at', from)).code).toBe(1);
  expect((await state('get', 'a', '--at', from, '--out', file)).err).toContain('EEXIST');
});

test('the new store is down: the old one has it, and it is said', async () => {
  const { code, err } = await state('put', 'a', file, '--at', from, '--also', `${to}-gone`);
  expect(code).toBe(0);
  expect(err).toContain('Not in the new store yet: There is no folder');
});

test.each([
  [['verify', '--from', 'r2://key:s3cret@bucket', '--to', 'file:///x'], 2],
  [['verify', '--from', 'file:///x', '--to', 'nats-kv://host/b?token=s3cret'], 2],
  [['verify', '--from', 's3://bucket', '--to', 'file:///x'], 2],
  [['verify', '--from', 'file:///nowhere-a', '--to', 'file:///nowhere-b'], 6],
  [['verify', '--from', 'file:///x'], 2],
  [['list', '--at', 'r2://bucket'], 1],
  [['list', '--at', 'nats-kv://127.0.0.1:9/bucket'], 6],
  [['mirror', '--from', 'file:///x', '--to', 'file:///x', '--once'], 1],
  [['mirror', '--from', 'file:///x', '--to', 'file:///y', '--every', '0'], 2],
])('%j ends with %i, in words', async (args, code) => {
  const env = { R2_ACCESS_KEY_ID: '', R2_SECRET_ACCESS_KEY: '', R2_ENDPOINT: '', CLOUDFLARE_ACCOUNT_ID: '' };
  const result = await runRegions(['state', ...args], { env });
  expect(result.code).toBe(code);
  expect(result.err).not.toMatch(/s3cret|\n +at /);
  expect(result.err).not.toBe('');
});

const HISTORY: History = { versions: [{ ...INFO, changes: 1 }], next: null };
const ANSWERS: Answers = { ...livingEdge(), 'GET /api/config/history': { body: HISTORY } };

test('a role is shown and set, as when the other store is no more', async () => {
  await state('mirror', ...both(), '--once');
  await state('cut-over', ...both(), '--yes');
  expect((await state('role', '--at', from)).out).toMatch(/takes no writes since .*; the other store is/);
  const two = await state('role', '--at', from, '--set', 'active', '--of', to, '--yes');
  expect(two).toMatchObject({ code: 1, err: expect.stringContaining('takes writes too') });
  expect((await state('role', '--at', from, '--set', 'active')).code).toBe(2);
  const dry = await state('role', '--at', from, '--set', 'active', '--dry-run');
  expect(dry.out).toContain('Nothing was changed.');
  expect((await state('put', 'a', file, '--at', from)).code).toBe(1);
  const set = await state('role', '--at', from, '--set', 'active', '--yes', '--json');
  expect(JSON.parse(set.out)).toMatchObject({ store: from, role: { role: 'active', peer: to } });
  expect((await state('put', 'a', file, '--at', from)).code).toBe(0);
  const { id } = JSON.parse(set.out) as { readonly id: string };
  const anew = await state('role', '--at', from, '--new-id', '--yes', '--json');
  expect(JSON.parse(anew.out)).toMatchObject({ id: expect.not.stringMatching(id) });
});

test('save stores each version once, and refuses the store of another deployment', async () => {
  const save = (answers: Answers) => runRegionsOn(answers, ['state', 'save', '--at', from]);
  expect((await save(ANSWERS)).out).toBe('1 versions stored; the newest is 7.\n');
  expect((await save(ANSWERS)).out).toBe('0 versions stored; the newest is 7.\n');
  const other = (of: Partial<LiveConfig>): Answers => ({
    ...ANSWERS,
    'GET /api/config': { body: { ...INFO, config: CONFIG, ...of } },
  });
  for (const answers of [other({ author: 'mallory' }), other({ version: 6 })]) {
    const refused = await save(answers);
    expect(refused.code).toBe(3);
    expect(refused.err).toContain('of another deployment');
  }
  const latest = await state('get', 'config/latest.json', '--at', from);
  expect(JSON.parse(latest.out)).toEqual({ ...INFO, config: CONFIG });
});
