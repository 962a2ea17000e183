import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ForeignContext, writeNatsContext } from './nats-context.ts';

const CONTEXT = { name: 'edge', url: 'wss://nats.example.com', login: { token: 's3cret' }, what: 'the edge' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-context-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const env = () => ({ XDG_CONFIG_HOME: folder });

test('a context is where nats looks for it, for its owner only, and may be selected', async () => {
  const path = await writeNatsContext(CONTEXT, { env: env(), select: true });
  expect(path).toBe(join(folder, 'nats', 'context', 'edge.json'));
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ url: CONTEXT.url, token: 's3cret' });
  expect((await stat(path)).mode & 0o077).toBe(0);
  expect(await readFile(join(folder, 'nats', 'context.txt'), 'utf8')).toBe('edge');
});

test("Meridian's own is replaced, and another one only if forced to", async () => {
  await writeNatsContext(CONTEXT, { env: env() });
  const path = await writeNatsContext({ ...CONTEXT, url: 'wss://other.example' }, { env: env() });
  expect(await readFile(path, 'utf8')).toContain('other.example');
  for (const theirs of ['{"description":"mine","url":"nats://x"}', 'not JSON']) {
    await writeFile(path, theirs);
    await expect(writeNatsContext(CONTEXT, { env: env() })).rejects.toThrow(ForeignContext);
    expect(await readFile(path, 'utf8')).toBe(theirs);
  }
  await writeNatsContext(CONTEXT, { env: env(), force: true });
  expect(await readFile(path, 'utf8')).toContain(CONTEXT.url);
});

test.each(['../x', '', 'a/b', '.hidden', 'a b'])('"%s" is no name', async (name) => {
  await mkdir(join(folder, 'nats'));
  await expect(writeNatsContext({ ...CONTEXT, name }, { env: env() })).rejects.toThrow('is no name');
});
