import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkPortIsFree, closeServer, LOOPBACK, listenOnLoopback } from '../local/listen.ts';
import { leaveStack, RUN_FOLDER_PREFIX } from '../local/running-stacks.ts';
import { runRegions } from '../test/support/regions-command.ts';
import { DEFAULT_URL } from './connection.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-regions-'));
});
afterAll(() => rm(folder, { recursive: true }));

const run = (...args: readonly string[]) => runRegions(args);

test('list shows every region, with the default one marked', async () => {
  const { code, out } = await run('list', '--file');
  expect(code).toBe(0);
  expect(out).toMatch(/^enam {2}Eastern North America .* default, JetStream$/m);
  expect(out.trimEnd().split('\n')).toHaveLength(7);
});

test('show tells the names on Cloudflare, and an unknown id the nearest known one', async () => {
  expect(JSON.parse((await run('show', 'oc', '--file', '--json')).out)).toMatchObject({
    id: 'oc',
    className: 'NatsOc',
  });
  const unknown = await run('show', 'wuer', '--file');
  expect(unknown.code).toBe(1);
  expect(unknown.err).toContain('did you mean "weur"?');
});

test('check passes the checked-in file', async () => {
  expect(await run('check')).toMatchObject({ code: 0, err: '' });
});

test('check names every problem of a file and exits with 1', async () => {
  const file = join(folder, 'broken.json');
  await writeFile(file, '{ "regions": [], "clutser": "x" }');
  const { code, out } = await run('check', file);
  expect(code).toBe(1);
  expect(out).toContain('error    regions: is empty');
  expect(out).toContain('did you mean "cluster"?');
  expect(JSON.parse((await run('check', file, '--json')).out)).toMatchObject({
    ok: false,
    problems: [{}, {}],
  });
});

test('check says which file it cannot read', async () => {
  const { code, err } = await run('check', join(folder, 'missing.json'));
  expect(code).toBe(1);
  expect(err).toContain('missing.json');
});

test('wrong usage exits with 2', async () => {
  expect((await run('set', 'weur.weight=50')).code).toBe(2);
  expect((await run('drain')).code).toBe(2);
  expect((await run('rollback', 'yesterday', '--yes')).code).toBe(2);
  expect((await run('--help')).code).toBe(0);
});

/** Something else may listen where a local edge usually is. */
const isTaken = await checkPortIsFree(LOOPBACK, Number(new URL(DEFAULT_URL).port)).then(
  () => false,
  () => true,
);

test.skipIf(isTaken).each(['list', 'show', 'history'])(
  '%s without a stack or a URL says that none runs, and the file does not stand in',
  async (command) => {
    const { code, out, err } = await runRegions([command], { temporaryFolder: folder });
    expect({ code, out }).toEqual({ code: 6, out: '' });
    expect(err).toContain('No local stack runs');
    expect(err).toContain('npm start');
  },
);

test('several stacks are listed, and one is taken', async () => {
  const urls = ['http://127.0.0.1:2', 'http://127.0.0.1:3'];
  for (const url of urls) {
    const run = await mkdtemp(join(folder, RUN_FOLDER_PREFIX));
    await leaveStack(run, { url, token: 'hush' });
    if (url === urls[0]) {
      const only = await runRegions(['list'], { temporaryFolder: folder });
      expect(only.code).toBe(6);
      expect(only.err).toContain(`No server at ${url}`);
    }
  }
  const { code, err } = await runRegions(['list'], { temporaryFolder: folder });
  expect(code).toBe(2);
  expect(err).toBe(`2 local stacks run. Say which one is meant:\n  --url ${urls.join('\n  --url ')}\n`);
});

test('an edge that was asked for and does not answer exits with 6, and the file does not stand in', async () => {
  const server = createServer();
  const url = `http://${LOOPBACK}:${await listenOnLoopback(server)}`;
  await closeServer(server);
  const { code, out, err } = await run('list', '--url', url);
  expect(code).toBe(6);
  expect(out).toBe('');
  expect(err).toContain(`No server at ${url} (ECONNREFUSED)`);
});

test('a token in the URL is refused and not repeated', async () => {
  const { code, err } = await run('list', '--url', 'http://127.0.0.1:8787/?token=hush');
  expect(code).toBe(2);
  expect(err).not.toContain('hush');
});
