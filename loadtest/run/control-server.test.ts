import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine } from '../../local/engine/engine.ts';
import { ProcessRuntime } from '../../local/engine/processes/process-runtime.ts';
import { loadConfig } from '../../local/load-config.ts';
import { type ControlServer, startControlServer } from './control-server.ts';

let folder = '';
let engine: Engine;
let control: ControlServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
  const prepare = () => {
    throw new Error('no container is started here');
  };
  engine = new Engine({ runtime: new ProcessRuntime({ folder: join(folder, 'containers'), prepare }) });
  const { config } = await loadConfig();
  control = await startControlServer({ engine, config });
});

afterAll(async () => {
  await control.close();
  await engine.close();
  await rm(folder, { recursive: true });
});

async function ask(method: string, path: string): Promise<number> {
  const response = await fetch(control.url + path, { method });
  await response.body?.cancel();
  return response.status;
}

test('memory is told of this process, with the engine in it', async () => {
  const response = await fetch(`${control.url}/memory`);
  const { processes } = (await response.json()) as { processes: { name: string; residentBytes: number }[] };
  expect(processes).toEqual([expect.objectContaining({ name: 'engine' })]);
  expect(processes[0]?.residentBytes).toBeGreaterThan(1_000_000);
});

test('an outage begins and ends: in it no container of the region starts', async () => {
  engine.create({ name: 'one', image: 'nats', env: { NATS_SERVER_NAME: 'nats-oc' }, labels: {} });
  expect(await ask('POST', '/outage/oc')).toBe(204);
  await expect(engine.start('one')).rejects.toThrow(/an outage made on purpose/);
  expect(await ask('DELETE', '/outage/oc')).toBe(204);
  await expect(engine.start('one')).rejects.toThrow(/no container is started here/);
});

test.each([
  ['POST', '/kill/oc', 409],
  ['POST', '/kill/atlantis', 404],
  ['POST', '/outage/atlantis', 404],
  ['GET', '/kill/oc', 404],
  ['GET', '/', 404],
])('%s %s is answered with %d', async (method, path, status) => {
  expect(await ask(method, path)).toBe(status);
});
