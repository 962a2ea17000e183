import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { livingEdge } from '../test/support/fake-edge.ts';
import { runRegions, runRegionsOn } from '../test/support/regions-command.ts';

const FILE = fileURLToPath(new URL('../regions/regions.json', import.meta.url));
const FOLDER = pathToFileURL(mkdtempSync(join(tmpdir(), 'meridian-state-')));
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
  ['stop', 'weur', '--yes'],
  ['route', 'SYD'],
  ['mesh'],
  ['restart', 'weur', '--yes'],
  ['history', '--limit', '2'],
  ['rollback', '6', '--yes'],
  ['audit', '--limit', '2', '--before', '7', '--kind', 'change'],
  ['audit', '--jsonl'],
  ['audit', '--verify'],
  ['inspect'],
  ['rollout', 'status'],
  ['rollout', 'history'],
  ['rollout', 'abort', '1'],
  ['scaling', 'weur'],
  ['jetstream'],
  ['backup', 'list'],
  ['state', 'save', '--at', FOLDER.href],
];

/** These ask no edge, or go on until Ctrl-C and ask what others ask. */
const OTHERS = ['usage', 'context', 'check', 'sync', 'help', 'completion', 'doctor', 'watch', 'stream'];

afterAll(() => rmSync(FOLDER, { recursive: true }));

/** The commands that there are. */
let commands: readonly string[] = [];

beforeAll(async () => {
  const { out } = await runRegions(['--help']);
  const [, list = ''] = /^Commands:\n(.*?)\n\n/ms.exec(out) ?? [];
  commands = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name ?? '');
});

const NAMED = COMMANDS.map(
  (args) => [args.join(' ').replace(FILE, 'FILE').replace(FOLDER.href, 'FOLDER'), args] as const,
);

test.for(NAMED)(
  '%s: the token is in the header of every request, and in no URL',
  async ([, args], { skip }) => {
    if (!commands.includes(args[0] ?? '')) skip();
    const { asked, out, err } = await runRegionsOn(livingEdge(), [...args, '--token', TOKEN]);
    expect(err).not.toMatch(/unknown (option|command)|missing required argument/);
    expect(asked).not.toEqual([]);
    expect(asked.map(({ path }) => decodeURIComponent(path)).join()).not.toContain(TOKEN);
    expect(asked.map(({ path }) => path).join()).not.toMatch(/[?&](token|access_token|url)=/i);
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${TOKEN}`]));
    expect(out + err).not.toContain(TOKEN);
  },
);

test('these are all commands', () => {
  const known = new Set([...COMMANDS.map(([name]) => name), ...OTHERS]);
  expect(commands).toContain('audit');
  expect(commands.filter((name) => !known.has(name))).toEqual([]);
});
