// The clients that the README shows, from its own text: each connects, says which region it got, and gets the one that it asks
// for in the way that the table beside them says. Only the address is another one.

import { cp, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { context } from 'esbuild';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { executablesOnPath } from '../../local/binaries/search-path.ts';
import { LOOPBACK } from '../../local/listen.ts';
import { launchBrowser } from '../support/browser.ts';
import { credentials } from '../support/client.ts';
import { REGIONS } from '../support/data/places.ts';
import { ensureNatsCli } from '../support/nats-cli.ts';
import { runOnTerminal } from '../support/on-terminal.ts';
import { pythonWithNats } from '../support/python-with-nats.ts';
import { EXAMPLES, isThere, runExample } from '../support/run-example.ts';
import { target } from '../support/target.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const README = await readFile(join(PROJECT, 'README.md'), 'utf8');
const SERVER = target.url.replace(/^http/, 'ws');
/** Not the nearest one of this machine. */
const ASKED = 'oc';
const ASKING = `${SERVER}/?region=${ASKED}`;

/** Go compiles nats.go once, the nats command is built once, pip downloads nats-py once. */
const FIRST_RUN_TIMEOUT_MS = 300_000;

/** The code block after `<!-- snippet: name -->`, for a server. */
function snippet(name: string, server: string): string {
  const [, after = ''] = README.split(`<!-- snippet: ${name} -->\n`);
  const [, code] = /^```\w+\n(.*?)\n```\n/s.exec(after) ?? [];
  if (code === undefined) throw new Error(`the README has no snippet ${name}`);
  expect(code).toContain('ws://127.0.0.1:8787');
  return `${code.replaceAll('ws://127.0.0.1:8787', server)}\n`;
}

/** What the README's table says of a client's headers. */
function headersCell(client: string): string {
  const cell = README.split('\n')
    .find((line) => line.startsWith(`| ${client} |`))
    ?.split('|')[3];
  return /`(.*)`/.exec(cell ?? '')?.[1] ?? '';
}

const NEAREST = new RegExp(`^connected to nats-(${REGIONS.join('|')})$`);
const OTHER = `connected to nats-${ASKED}`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-readme-'));
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** The README names Node 22: every one of this machine that is as new. */
const NODES = [
  ...new Set(
    await Promise.all(
      [process.execPath, ...(await executablesOnPath('node', process.env))].map((path) => realpath(path)),
    ),
  ),
];

describe.each(NODES)('nats.js in %s', (file) => {
  test('connects, and asks for a region in the query', async ({ skip }) => {
    const [version = ''] = await runExample({ file, args: ['--version'] });
    if (Number(version.slice(1).split('.')[0]) < 22)
      return skip(`left out: ${version} is older than the README asks for`);
    for (const [server, words] of [
      [SERVER, NEAREST],
      [ASKING, OTHER],
    ] as const) {
      const [line] = await runExample({
        file,
        args: [await fileOf('client.mjs', snippet('node client.mjs', server))],
      });
      expect(line).toMatch(words);
    }
  });
});

test('nats.js in the browser, bundled', async ({ skip }) => {
  await using browser = await launchBrowser();
  if (browser === undefined) return skip('left out: no Chrome is installed');
  const page = await browser.newPage();
  const { token = '' } = credentials();
  const pages = [
    ['near', SERVER, NEAREST],
    ['asking', ASKING, OTHER],
  ] as const;
  for (const [name, server] of pages) {
    await fileOf(
      `${name}.html`,
      `<head><script type="module" src="${name}.js"></script></head><body></body>`,
    );
    await fileOf(`${name}.mjs`, snippet('browser client.js', server));
  }
  const served = await context({
    entryPoints: pages.map(([name]) => join(folder, `${name}.mjs`)),
    ...{ bundle: true, format: 'esm', target: 'es2022', outdir: folder, write: false },
  });
  onTestFinished(() => served.dispose());
  const { port } = await served.serve({ host: LOOPBACK, port: 0, servedir: folder });
  for (const [name, , words] of pages) {
    await page.goto(`http://${LOOPBACK}:${port}/${name}.html#token=${token}`);
    const said = page.getByText(/^connected to/);
    await said.waitFor();
    expect(await said.textContent()).toMatch(words);
  }
});

test('the nats command', { timeout: FIRST_RUN_TIMEOUT_MS }, async () => {
  const { path } = await ensureNatsCli();
  const commands = (server: string) =>
    snippet('nats', server)
      .trim()
      .split('\n')
      .map((line) => line.replace(/ +#.*$/, '').replace(/^nats /, `'${path}' `));
  const { MERIDIAN_NATS_TOKEN: token = '' } = process.env;
  const options = { cwd: folder, env: { NATS_TOKEN: token, HOME: folder } };
  const [request = '', subscribe = ''] = commands(SERVER);
  const nearest = await runOnTerminal(request, options);
  expect(nearest.screen).toMatch(new RegExp(`"name":"nats-(${REGIONS.join('|')})"`));
  const [other = ''] = commands(`'${ASKING}'`);
  expect((await runOnTerminal(other, options)).screen).toContain(`"name":"nats-${ASKED}"`);
  const { screen } = await runOnTerminal(subscribe, { ...options, interruptAt: /Subscribing on/ });
  expect(screen).toContain('Subscribing on');
});

test('Go', { timeout: FIRST_RUN_TIMEOUT_MS }, async ({ skip }) => {
  if (!(await isThere('go', 'version'))) return skip('left out: go is not on the PATH');
  for (const file of ['go.mod', 'go.sum']) await cp(join(EXAMPLES, 'go', file), join(folder, file));
  const option = headersCell('nats.go').replace('"oc"', `"${ASKED}"`);
  expect(option).toContain('WebSocketConnectionHeaders');
  const plain = snippet('go main.go', SERVER);
  const withHeader = plain
    .replace(`"${SERVER}", `, `"${SERVER}", ${option}, `)
    .replace('"log"\n', '"log"\n\t"net/http"\n');
  for (const [source, words] of [
    [plain, NEAREST],
    [snippet('go main.go', ASKING), OTHER],
    [withHeader, OTHER],
  ] as const) {
    await fileOf('main.go', source);
    const [line] = await runExample({ file: 'go', args: ['run', '.'], cwd: folder });
    expect(line).toMatch(words);
  }
});

test('Python', { timeout: FIRST_RUN_TIMEOUT_MS }, async ({ skip }) => {
  const file = await pythonWithNats();
  if (file === undefined)
    return skip('left out: python3 with venv and pip (Debian: python3-venv) is not here');
  const option = headersCell('nats-py').replace('"oc"', `"${ASKED}"`);
  expect(option).toContain('ws_connection_headers');
  const plain = snippet('python client.py', SERVER);
  const withHeader = plain.replace(`"${SERVER}", `, `"${SERVER}", ${option}, `);
  for (const [source, words] of [
    [plain, NEAREST],
    [snippet('python client.py', ASKING), OTHER],
    [withHeader, OTHER],
  ] as const) {
    const [line] = await runExample({ file, args: [await fileOf('client.py', source)] });
    expect(line).toMatch(words);
  }
});
