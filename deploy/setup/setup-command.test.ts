// `npm run setup` as people run it, in a copy of this checkout: by options, on a terminal, interrupted, and with what is wrong.

import { execFile } from 'node:child_process';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDeploy } from '../../test/support/deploy-command.ts';
import { runOnTerminal } from '../../test/support/on-terminal.ts';
import { ProjectCopy } from '../../test/support/project-copy.ts';
import { domainIn } from './domain.ts';
import { namesIn } from './secrets-file.ts';

const COPY_TIMEOUT_MS = 60_000;
/** wrangler bundles the Worker. */
const BUNDLE_TIMEOUT_MS = 120_000;

let project: ProjectCopy;
beforeAll(async () => {
  project = await ProjectCopy.make();
}, COPY_TIMEOUT_MS);
afterAll(() => project[Symbol.asyncDispose]());

const setup = (...args: readonly string[]) => runDeploy(args, {}, 'setup', project.path);
const everything = () =>
  Promise.all(['regions/regions.json', 'wrangler.toml'].map((path) => project.read(path)));

test.each([
  [['--yes', '--regions', 'wnam,wuer'], 2, 'Did you mean weur?'],
  [['--yes', '--regions', 'none'], 2, 'an edge needs one at least'],
  [['--yes', '--regions', 'weur,weur'], 2, 'names weur twice'],
  [['--yes', '--regions', 'wnam', '--jetstream', 'weur'], 2, 'there is no region "weur" to take'],
  [['--yes', '--domain', 'https://a.example.com'], 2, 'write a.example.com.'],
  [['--yes', '--clients', 'cookie'], 2, '--clients is "cookie", and may be token, password, keep.'],
  [['--yes', '--operators', 'access'], 2, 'needs both, --access-team and --access-audience'],
  [['--yes', '--regions', 'wnam,weur'], 1, 'these answers do not go together'],
  [['--regions', 'all'], 2, 'there is no terminal to ask on'],
] as const)('%j ends with %s, in words, and writes nothing', async (args, code, words) => {
  const before = await everything();
  const { out, ...result } = await setup(...args, '--json');
  expect(result).toEqual({ code, err: expect.stringContaining(words) });
  expect(JSON.parse(out)).toMatchObject({ error: { message: expect.stringContaining(words) } });
  expect(await everything()).toEqual(before);
});

test('Ctrl-C at a question leaves every file as it is', async () => {
  const before = await everything();
  const { code, screen } = await runOnTerminal(`${process.execPath} deploy/setup/main.ts`, {
    cwd: project.path,
    interruptAt: /Which regions\?/,
  });
  expect({ code, screen }).toEqual({ code: 1, screen: expect.stringContaining('Nothing was written.') });
  expect(await everything()).toEqual(before);
  expect(await readdir(project.path)).not.toContain('.secrets.env');
});

test('by options, then again: what wrangler and the linter take, and only what is asked for', {
  timeout: BUNDLE_TIMEOUT_MS,
}, async () => {
  const args = ['--regions', 'wnam,enam,weur', '--jetstream', 'all', '--domain', 'nats.example.com'];
  const dry = await setup(...args, '--clients', 'token', '--dry-run', '--json');
  expect(JSON.parse(dry.out)).toMatchObject({
    dryRun: true,
    files: expect.arrayContaining(['.secrets.env']),
  });
  expect(await readdir(project.path)).not.toContain('.secrets.env');

  const { code, out } = await setup(...args, '--clients', 'token', '--operators', 'tokens', '--yes');
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('npm run doctor') });
  const secrets = await project.read('.secrets.env');
  expect(namesIn(secrets)).toEqual(['NATS_TOKEN', 'MERIDIAN_ADMIN_TOKEN', 'MERIDIAN_READ_TOKEN']);
  for (const [, value = ''] of secrets.matchAll(/=(\w+)$/gm)) expect(out).not.toContain(value);
  expect((await stat(join(project.path, '.secrets.env'))).mode & 0o777).toBe(0o600);
  expect((await readdir(project.path)).filter((name) => name.endsWith('.draft'))).toEqual([]);

  const run = promisify(execFile);
  await run(process.execPath, ['cli/main.ts', 'sync', '--check'], { cwd: project.path });
  const biome = join(project.path, 'node_modules/@biomejs/biome/bin/biome');
  await run(process.execPath, [biome, 'ci', 'regions/regions.json'], { cwd: project.path });
  // The Worker carries the page of the map; `npm run deploy` builds it first.
  await run(process.execPath, ['map/cli.ts', 'build'], { cwd: project.path });
  const wrangler = join(project.path, 'node_modules/wrangler/bin/wrangler.js');
  const deploy = ['deploy', '--dry-run', '--containers-rollout=none', '--secrets-file', '.secrets.env'];
  await run(process.execPath, [wrangler, ...deploy], {
    cwd: project.path,
    env: { ...process.env, CI: 'true' },
  });

  const before = await everything();
  const again = await setup('--operators', 'tokens', '--yes', '--json');
  expect(JSON.parse(again.out)).toMatchObject({ files: [], changes: [] });
  const moved = await setup('--domain', 'none', '--yes', '--json');
  expect(JSON.parse(moved.out)).toMatchObject({
    files: ['wrangler.toml'],
    changes: ['domain: nats.example.com -> none'],
  });
  const [regions, toml = ''] = await everything();
  expect(regions).toBe(before[0]);
  expect(domainIn(toml)).toBeNull();
  expect(await project.read('.secrets.env')).toBe(secrets);
});

test('on a terminal: Enter takes what is there, and yes writes', async () => {
  await project.write('.secrets.env', 'NATS_TOKEN=a\nMERIDIAN_ADMIN_TOKEN=b\nMERIDIAN_READ_TOKEN=c\n');
  const { code, screen } = await runOnTerminal(
    `${process.execPath} deploy/setup/main.ts --regions all --jetstream none`,
    {
      cwd: project.path,
      enter: '\r',
      // As they are asked, and not as they stay on the screen.
      replies: [
        [/◆ {2}Which never sleep[\s\S]*└\s*$/, ''],
        [/◆ {2}A domain of a zone[\s\S]*└\s*$/, ''],
        [/◆ {2}What do clients sign in with[\s\S]*└\s*$/, ''],
        [/◆ {2}What do operators sign in with[\s\S]*└\s*$/, ''],
        [/◆ {2}Write [\s\S]*└\s*$/, 'y'],
      ],
    },
  );
  expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining('Written.') });
  const { regions } = JSON.parse(await project.read('regions/regions.json'));
  expect(regions).toHaveLength(6);
  expect(regions.filter(({ jetstream }: { readonly jetstream?: boolean }) => jetstream)).toEqual([]);
});

test('on a terminal, what options say stays as it is is not asked again', async () => {
  const { code, screen } = await runOnTerminal(
    `${process.execPath} deploy/setup/main.ts --regions all --jetstream none --awake all --domain none --clients keep --operators keep`,
    { cwd: project.path, enter: '\r', replies: [[/◆ {2}Write [\s\S]*└\s*$/, 'y']] },
  );
  expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining('Next:') });
  expect(screen).not.toContain('sign in with?');
});

test.each([
  ['Enter keeps what is deployed: no secret is made', '', false],
  ['no, it is the first time: they are made', 'n', true],
])('on a terminal without the file of secrets, and nobody signed in: %s', async (_what, answer, isMade) => {
  await rm(join(project.path, '.secrets.env'), { force: true });
  const { code, screen } = await runOnTerminal(
    `${process.execPath} deploy/setup/main.ts --regions wnam,enam,weur --jetstream none --awake all --domain none`,
    {
      cwd: project.path,
      // Whoever runs this test may be signed in.
      env: { HOME: project.path, XDG_CONFIG_HOME: project.path, CLOUDFLARE_API_TOKEN: '' },
      enter: '\r',
      replies: [
        [/◆ {2}Is this edge deployed already[\s\S]*└\s*$/, answer],
        [/◆ {2}What do clients sign in with[\s\S]*└\s*$/, ''],
        [/◆ {2}What do operators sign in with[\s\S]*└\s*$/, ''],
        [/◆ {2}Write [\s\S]*└\s*$/, 'y'],
      ],
    },
  );
  expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining('Next:') });
  const names = (await readdir(project.path)).includes('.secrets.env')
    ? namesIn(await project.read('.secrets.env'))
    : [];
  expect(names).toEqual(isMade ? ['NATS_TOKEN', 'MERIDIAN_ADMIN_TOKEN', 'MERIDIAN_READ_TOKEN'] : []);
});

test('the commands of the page', async () => {
  const page = await project.read('docs/deploying.md');
  const lines = [...page.matchAll(/^npm run setup -- (.*?)(?: +#.*)?$/gm)].map(([, line = '']) => line);
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    const { code, err } = await setup(
      ...line.split(' '),
      ...(line.includes('--dry-run') ? [] : ['--dry-run']),
    );
    expect({ line, code, err }).toEqual({ line, code: 0, err: '' });
  }
});
