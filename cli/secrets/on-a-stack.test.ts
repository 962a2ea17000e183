// `secrets rotate` and `finish` where a local stack takes what they set: an edge that answers as a test says stands for the stack.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Secrets, SecretValue } from '../../api/secrets.ts';
import { leaveStack, RUN_FOLDER_PREFIX } from '../../local/running-stacks.ts';
import { type SecretChanges, watchSecrets } from '../../local/stack-secrets.ts';
import { CONFIG, livingEdge, startFakeEdge } from '../../test/support/fake-edge.ts';
import { type RegionsOptions, runRegions } from '../../test/support/regions-command.ts';

const TOKEN = 'secret-of-the-fake-stack';
const LONG_AGO = '2026-01-01T00:00:00.000Z';

const value = (id: string, ...secrets: readonly string[]): SecretValue => ({
  ...{ secrets: [...secrets], id, since: LONG_AGO, names: [], uses: [] },
});
const OLD = value('a', 'NATS_TOKEN');
const NEXT = { ...value('b', 'NATS_USER_NEXT', 'NATS_PASSWORD_NEXT'), since: '2026-11-01T00:00:00.000Z' };

let folder = '';
/** The values that the edge shows. */
let values: readonly SecretValue[] = [];
let changes: SecretChanges[] = [];
/** What happens when the stack is asked for a change. */
let take: (changes: SecretChanges) => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-test-'));
  [values, changes] = [[OLD], []];
  take = () => undefined;
});
afterEach(() => rm(folder, { recursive: true }));

/** @param look called at each look at the secrets, with its number */
async function run(
  args: readonly string[],
  look: (number: number) => void = () => undefined,
  options: RegionsOptions = {},
) {
  let looks = 0;
  await using edge = await startFakeEdge({
    ...livingEdge(),
    'GET /api/config': { body: { version: 7, config: CONFIG } },
    'GET /api/secrets': () => {
      look(++looks);
      const body: Secrets = {
        secrets: [{ name: 'NATS_USER', rotates: true, values: [...values], seesUses: true }],
        servers: [{ region: 'weur', takes: ['NATS_TOKEN', 'NATS_USER_NEXT'], takesOther: false }],
        ...{ silent: [], seen: [{ region: 'weur', since: LONG_AGO }], caller: 'MERIDIAN_ADMIN_TOKEN' },
      };
      return { body };
    },
  });
  const runFolder = await mkdtemp(join(folder, RUN_FOLDER_PREFIX));
  const secretsFile = join(runFolder, 'secrets.json');
  await leaveStack(runFolder, { url: edge.url, token: TOKEN, secretsFile });
  const asked = async (each: SecretChanges) => {
    changes.push(each);
    take(each);
  };
  const watching = watchSecrets(secretsFile, asked, (error) => expect.unreachable(error.message));
  try {
    const at = { url: edge.url, adminToken: TOKEN };
    const more = { program: 'secrets', edge: at, temporaryFolder: folder, ...options } as const;
    return await runRegions(args, more);
  } finally {
    await watching.close();
  }
}

test('a rotation sets the value that it has written, and the end of it takes the old one away', async () => {
  take = () => {
    values = [OLD, NEXT];
  };
  const out = join(folder, 'new.env');
  expect(await run(['rotate', 'NATS_TOKEN', '--out', out, '--yes'])).toMatchObject({ code: 0 });
  const [set = {}] = changes;
  expect(await readFile(out, 'utf8')).toBe(
    `NATS_USER_NEXT=${set.NATS_USER_NEXT}\nNATS_PASSWORD_NEXT=${set.NATS_PASSWORD_NEXT}\n`,
  );
  take = () => {
    values = [NEXT];
  };
  expect(await run(['finish', 'NATS_TOKEN', '--yes'])).toMatchObject({ code: 0 });
  expect(changes.at(-1)).toEqual({ NATS_TOKEN: null });
});

test.each([
  ['rotate', [OLD], [OLD, value('c', 'NATS_USER_NEXT', 'NATS_PASSWORD_NEXT')]],
  ['finish', [OLD, NEXT], [NEXT]],
  ['finish', [OLD, NEXT], [OLD, { ...NEXT, id: 'd' }]],
] as const)(
  '%s: what somebody else changes at the same time is left to them',
  async (command, first, then) => {
    const out = command === 'rotate' ? ['--out', join(folder, 'new.env')] : [];
    values = first;
    const { code, err } = await run([command, 'NATS_TOKEN', ...out, '--yes'], (number) => {
      if (number === 2) values = then;
    });
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining('somebody else has changed NATS_USER'),
    });
    expect(changes).toEqual([]);
    expect(await readdir(folder)).not.toContain('new.env');
  },
);

test('whoever comes with the old value while the question is asked keeps it', async () => {
  values = [OLD, NEXT];
  const { code, err } = await run(['finish', 'NATS_TOKEN', '--yes'], (number) => {
    const uses = [{ who: 'orders', region: 'weur', connected: 1, last: LONG_AGO }];
    if (number === 2) values = [{ ...OLD, uses }, NEXT];
  });
  expect({ code, err }).toEqual({
    code: 1,
    err: expect.stringContaining('orders at weur is connected with it'),
  });
  expect(changes).toEqual([]);
});

test.each([
  ['rotate', [OLD], /new\.env stays: its value may be valid/],
  ['finish', [OLD, NEXT], /NATS_TOKEN may be gone already: `secrets status` says/],
] as const)('Ctrl-C while %s waits for the edge says how it stands', async (command, before, words) => {
  values = before;
  const asked = Promise.withResolvers<void>();
  take = () => asked.resolve();
  const out = join(folder, 'new.env');
  const args = [command, 'NATS_TOKEN', ...(command === 'rotate' ? ['--out', out] : []), '--yes'];
  const { code, err } = await run(args, undefined, { interruptAt: asked.promise });
  expect({ code, err }).toEqual({ code: 130, err: expect.stringMatching(words) });
  expect((await readdir(folder)).includes('new.env')).toBe(command === 'rotate');
});
