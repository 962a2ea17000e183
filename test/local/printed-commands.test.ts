// Every command that a page, the banner of `npm start` or `--help` prints works as it is printed, on a terminal, with a stack
// on any port. Addresses on pages are of the default port, which may be taken here, so they alone are replaced.

import { readdir, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliProcess } from '../support/cli-process.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { type Replies, runOnTerminal } from '../support/on-terminal.ts';
import { isThere } from '../support/run-example.ts';

const PROJECT = new URL('../../', import.meta.url);
const cwd = fileURLToPath(PROJECT);

/** What these need is not here, or they have a test of their own. */
const LEFT_OUT: readonly (readonly [RegExp, why: string])[] = [
  [/^npm run regions -- sync\b/, 'writes into the checkout: cli/sync.test.ts, and `npm run check`'],
  [/^npm run regions -- (backup|jetstream|restart)\b/, 'cli/backup-page.test.ts, and test/failure/'],
  [
    /rollouts\/(phase|back)|\boffice\b/,
    'needs an external region of that name: test/failure/{migration,external}.test.ts',
  ],
  [/^npm run regions -- inspect\b/, 'its exit code is what it finds: cli/inspect.test.ts'],
  [/^npm run regions -- state\b/, 'needs stores: cli/state/state-page.test.ts'],
  [/^npm run regions -- stream\b/, 'needs a copied stream: cli/stream/cut-over.test.ts'],
  [/^npm run secrets -- (rotate|finish)\b/, 'test/failure/secrets.test.ts'],
  [/^npm run regions -- usage\b/, 'needs an account: cli/usage.test.ts'],
  [/<your worker>|<version>/, 'a deployment'],
];

/** What commands of the pages write, in the folder of the checkout. */
const WRITTEN = ['audit.jsonl'];

const REPLIES: Replies = [
  [/Why, for the history\? $/, 'tried out'],
  [/\[y\/N\] $/, 'y'],
];

/** A drain waits for the lame duck: ten seconds of grace, and then its clients. */
const COMMAND_TIMEOUT_MS = 90_000;

/** All commands of a text, from code blocks, tables and help alike, in their order and without their comments. */
function commandsOf(text: string): readonly string[] {
  const found = text.matchAll(/(?:npm run (?:-s )?(?:regions|sessions|secrets) --|curl) [^`\n]+/g);
  return [...found].map(([line]) =>
    line
      .replace(/ +#.*$/, '')
      .replace(/ {2,}.*$/, '')
      .trim(),
  );
}

async function pages(): Promise<readonly string[]> {
  const docs = (await readdir(new URL('docs/', PROJECT))).filter((name) => name.endsWith('.md'));
  return ['README.md', 'examples/README.md', ...docs.map((name) => `docs/${name}`)];
}

const COMMANDS_OF_PAGES = await Promise.all(
  (await pages()).map(
    async (page) => [page, commandsOf(await readFile(new URL(page, PROJECT), 'utf8'))] as const,
  ),
);

const isTried = (command: string) => !LEFT_OUT.some(([pattern]) => pattern.test(command));

let stack: CliProcess;
let folder = '';
let url = '';

beforeAll(async () => {
  folder = await temporaryFolder();
  stack = new CliProcess(folder, '--port', '0');
  [, url = ''] = await stack.line(/^ready (\S+)$/);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
  for (const file of WRITTEN) await rm(new URL(file, PROJECT), { force: true });
});

function run(line: string) {
  return runOnTerminal(line, {
    cwd,
    env: { TMPDIR: folder, XDG_CONFIG_HOME: folder, NO_COLOR: '1' },
    replies: REPLIES,
  });
}

async function works(line: string): Promise<string> {
  const { code, screen } = await run(line);
  expect({ line, code, screen }).toMatchObject({ code: 0 });
  if (/^npm run regions/.test(line) && !/--json/.test(line))
    expect({ line, long: tooLong(screen) }).toEqual({ line, long: [] });
  return screen;
}

/** Lines of a screen that do not fit 80 columns; what npm repeats, and a line that is overwritten, are not of the command. */
function tooLong(screen: string): readonly string[] {
  return screen.split('\n').filter((line) => line.length > 80 && !/^> |^\[[#.]+\]/.test(line));
}

test('on a fresh stack there is no difference to the checked-in file, and applying it changes nothing', async () => {
  expect(await works('npm run regions -- diff regions/regions.json')).toContain('No difference');
  expect(await works('npm run regions -- apply regions/regions.json --message "as it is"')).toContain(
    'Nothing to change',
  );
});

test('the banner', { timeout: COMMAND_TIMEOUT_MS }, async () => {
  const banner = stack.output;
  expect(banner).not.toContain('8787');
  const commands = commandsOf(banner);
  expect(commands).toContain('npm run regions -- set weur.dial=50');
  for (const command of commands) await works(command);
  await works('npm run regions -- set weur.dial=100');
  for (const [address] of banner.matchAll(/http:\/\/[^\s/]+\/\S+/g))
    expect((await fetch(address)).status).toBe(200);
  // The nats command itself may not be here; the address is the one that it is given.
  if (await isThere('nats', '--version')) {
    const [line = ''] = /nats --server \S+ sub '>'/.exec(banner) ?? [];
    const { screen } = await runOnTerminal(line, { interruptAt: /Subscribing on/ });
    expect(screen).toContain('Subscribing on');
  }
});

test('--help, of everything', { timeout: COMMAND_TIMEOUT_MS }, async () => {
  const start = await works('npm start -- --help');
  const regions = await works('npm run regions -- --help');
  for (const command of new Set([...commandsOf(start), ...commandsOf(regions)].filter(isTried)))
    await works(command);
  await works('npm run regions -- set apac.dial=100 --message back');
  await works('npm run regions -- undrain weur');
  const subcommands = [...regions.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
  expect(subcommands).toContain('list');
  for (const name of subcommands.filter((each) => each !== 'help'))
    await works(`npm run regions -- ${name} --help`);
  // Its commands are those of docs/sessions.md.
  const sessions = await works('npm run sessions -- --help');
  for (const [, name = ''] of sessions.matchAll(/^ {2}([a-z]+) .*<name>/gm))
    expect(await works(`npm run sessions -- ${name} --help`)).toContain('Exit codes');
});

describe.each(COMMANDS_OF_PAGES.filter(([, commands]) => commands.some(isTried)))('%s', (_page, commands) => {
  // As it is on a fresh stack.
  beforeAll(async () => void (await works('npm run regions -- rollback 0')));

  test('each command works, in their order', { timeout: COMMAND_TIMEOUT_MS }, async () => {
    for (const command of commands.filter(isTried))
      await works(command.replaceAll('http://127.0.0.1:8787', url));
  });
});
