// `npm run dev`: a change of the Worker's sources takes effect within seconds, with the same servers.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiClient } from '../../api/client.ts';
import { waitFor } from '../../waiting/wait-for.ts';
import { CliProcess } from '../support/cli-process.ts';
import { connectFrom } from '../support/client.ts';
import { temporaryFolder } from '../support/command-process.ts';
import { cityOf } from '../support/data/places.ts';
import { processesBelow, stillAlive } from '../support/process-tree.ts';
import { ProjectCopy } from '../support/project-copy.ts';

/** wrangler builds for a second or two, on a busy machine longer. */
const RELOADED_WITHIN_MS = 30_000;
const RECOVERED_WITHIN_MS = 15_000;

const ROUTER = 'worker/router.ts';

let project: ProjectCopy;
let run: CliProcess;
let url = '';
let router = '';

beforeAll(async () => {
  project = await ProjectCopy.make();
  router = await project.read(ROUTER);
  const folder = await temporaryFolder();
  run = new CliProcess({ folder, project: project.path }, '--watch', '--port', '0', '--regions', 'eeur,oc');
  [, url = ''] = await run.line(/^ready (\S+)$/);
});

afterAll(async () => {
  await run[Symbol.asyncDispose]();
  await project[Symbol.asyncDispose]();
});

async function natsServers(): Promise<readonly number[]> {
  return (await processesBelow(run.pid))
    .filter(({ command }) => /nats-server\S* -c/.test(command))
    .map(({ pid }) => pid);
}

/** What the Worker says to a request that it has no route for. */
async function answer(): Promise<string> {
  return (await fetch(`${url}/nowhere`)).text();
}

/** Writes another router, and waits for the line that reports it. */
async function write(text: string, line: RegExp): Promise<void> {
  const before = run.output.length;
  await project.write(ROUTER, text);
  await waitFor(`a line like ${line}`, { timeoutMs: RELOADED_WITHIN_MS }, () =>
    line.test(run.output.slice(before)),
  );
}

const RELOADED = /worker\/router\.ts changed: the Worker was rebuilt/;
const REFUSED = /worker\/router\.ts changed, but the old Worker keeps running/;

test('a changed source is what answers; servers and clients stay', async () => {
  const servers = await natsServers();
  expect(servers).toHaveLength(2);
  await using client = await connectFrom(url, cityOf('oc'));
  expect(router).toContain('nothing at');

  await write(router.replace('nothing at', 'changed: nothing at'), RELOADED);
  expect(await answer()).toContain('changed: nothing at');
  expect(await natsServers()).toEqual(servers);
  await waitFor('the client to be back', { timeoutMs: RECOVERED_WITHIN_MS }, async () => {
    await client.nats.flush();
    return client.region === 'oc';
  });
  await waitFor('the mesh to be whole', { timeoutMs: RECOVERED_WITHIN_MS }, async () =>
    (await new ApiClient({ url }).mesh()).links.every(({ state }) => state === 'up'),
  );
});

test.each([
  ['cannot be built', (text: string) => `${text}\nexport const (`, /router\.ts:\d+/],
  ['cannot be started', (text: string) => `${text}\nthrow new Error('thrown at its start');\n`, undefined],
])('a source that %s leaves the old Worker running, and says so', async (_what, broken, reason) => {
  const servers = await natsServers();
  const before = await answer();
  await write(broken(router), REFUSED);
  if (reason !== undefined) expect(run.output).toMatch(reason);
  expect(await answer()).toBe(before);
  await write(router.replace('nothing at', 'mended: nothing at'), RELOADED);
  expect(await answer()).toContain('mended: nothing at');
  expect(await natsServers()).toEqual(servers);
  await write(router, RELOADED);
});

test('routing settings of regions.json are taken over; what changes the platform asks for a restart', async () => {
  const file = 'regions/regions.json';
  const text = await project.read(file);
  expect(text).toContain('"Oceania"');
  await project.write(file, text.replace('"Oceania"', '"Down under"'));
  await waitFor('the new name', { timeoutMs: RELOADED_WITHIN_MS }, async () =>
    (await (await fetch(`${url}/api/regions`)).text()).includes('Down under'),
  );
  await project.write(file, JSON.stringify({ ...(JSON.parse(text) as object), cluster: 'another' }));
  await run.line(
    /regions\/regions\.json changed, but the old Worker keeps running: cluster changed.* restart/,
  );
  await project.write(file, text);
  await waitFor('the old name', { timeoutMs: RELOADED_WITHIN_MS }, async () =>
    (await (await fetch(`${url}/api/regions`)).text()).includes('Oceania'),
  );
  expect(await natsServers()).toHaveLength(2);
});

test('Ctrl-C in the middle of a reload leaves nothing', async () => {
  const processes = await processesBelow(run.pid);
  await project.write(ROUTER, `${router}\n`);
  await waitFor('the build', { timeoutMs: RELOADED_WITHIN_MS }, async () =>
    (await processesBelow(run.pid)).some(({ command }) => command.includes('wrangler')),
  );
  expect(await run.end('SIGINT')).toBe(0);
  expect(stillAlive(processes)).toEqual([]);
  expect(await run.leftovers()).toEqual([]);
});
