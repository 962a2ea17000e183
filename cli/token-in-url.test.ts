import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { livingEdge } from '../test/support/fake-edge.ts';
import { runRegions, runRegionsOn } from '../test/support/regions-command.ts';

const FILE = fileURLToPath(new URL('../regions/regions.json', import.meta.url));
const TOKEN = 'token-of-this-test-0123456789';

/** Each command as it asks an edge. */
const COMMANDS: readonly (readonly string[])[] = [
  ['list'],
  ['show'],
  ['diff', FILE],
  ['apply', FILE, '--message', 'x', '--yes'],
  ['set', 'weur.weight=50', '--message', 'x', '--yes'],
  ['drain', 'weur', '--yes'],
  ['undrain', 'weur'],
  ['wake', 'weur'],
  ['restart', 'weur', '--yes'],
  ['history', '--limit', '2'],
  ['rollback', '6', '--yes'],
  ['audit', '--limit', '2', '--before', '7', '--kind', 'change'],
  ['audit', '--jsonl'],
  ['audit', '--verify'],
  ['jetstream'],
  ['backup', 'list'],
];

/** These ask no edge. */
const LOCAL = ['check', 'sync', 'help'];

const NAMED = COMMANDS.map((args) => [args.join(' ').replace(FILE, 'FILE'), args] as const);

test.each(NAMED)('%s: the token is in the header of every request, and in no URL', async (_, args) => {
  const { asked, out, err } = await runRegionsOn(livingEdge(), [...args, '--token', TOKEN]);
  expect(err).not.toMatch(/unknown (option|command)|missing required argument/);
  expect(asked).not.toEqual([]);
  expect(asked.map(({ path }) => decodeURIComponent(path)).join()).not.toContain(TOKEN);
  expect(asked.map(({ path }) => path).join()).not.toMatch(/[?&](token|access_token|url)=/i);
  expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${TOKEN}`]));
  expect(out + err).not.toContain(TOKEN);
});

test('these are all commands', async () => {
  const { out } = await runRegions(['--help']);
  const [, list = ''] = /^Commands:\n(.*?)\n\n/ms.exec(out) ?? [];
  const named = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name);
  const known = new Set([...COMMANDS.map(([name]) => name), ...LOCAL]);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});
