// `regions backup delete` as people run it, against an edge that answers as the API says.

import { expect, test } from 'vitest';
import type { Backup, RemovalPlan } from '../api/backups.ts';
import { type Answers, refusal } from '../test/support/fake-edge.ts';
import { runRegionsOn } from '../test/support/regions-command.ts';

const BACKUP: Backup = {
  ...{ account: '$G', stream: 'ORDERS', messages: 4, bytes: 68, size: 1_500_000, segments: 2, epochs: 1 },
  ...{ firstSeq: 1, lastSeq: 5, lastAt: 0, writtenAt: 0, writer: 'weur', lagMessages: null, lagMs: null },
  ...{ verified: null, deleted: null, problems: ['torn\u001b[2J'] },
};
const PATH = '/api/backups/%24G/ORDERS';

const run = (answers: Answers, ...args: readonly string[]) =>
  runRegionsOn(answers, ['backup', 'delete', 'ORDERS', ...args]);

function edge(refused: string | null): Answers {
  return {
    [`POST ${PATH}/delete/dry-run`]: { body: { backup: BACKUP, refused } satisfies RemovalPlan },
    [`DELETE ${PATH}`]: { body: { account: '$G', stream: 'ORDERS', objects: 3, size: 1_500_000 } },
  };
}

test('shows what there is, and removes it once that is confirmed', async () => {
  const { code, out, asked } = await run(edge(null), '--yes');
  expect(code).toBe(0);
  expect(out).toContain('The backup of ORDERS of $G: 4 messages, 1.4 MiB in 2 segments of 1 epochs');
  expect(out).toContain('torn');
  expect(out).not.toContain('\u001b');
  expect(out).toContain('Done: 3 objects, 1.4 MiB.');
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `POST ${PATH}/delete/dry-run`,
    `DELETE ${PATH}`,
  ]);
  const json = await run(edge(null), '--yes', '--json');
  expect(JSON.parse(json.out)).toMatchObject({ objects: 3 });
});

test('removes nothing in a dry run, nor without an answer', async () => {
  for (const args of [['--dry-run'], ['--dry-run', '--json'], []]) {
    const { code, asked } = await run(edge(null), ...args);
    expect(code === 0).toBe(args.length > 0);
    expect(asked.map(({ method }) => method)).toEqual(['POST']);
  }
});

test('is 1 where the backup stays, with the reason, in a dry run too', async () => {
  for (const args of [['--dry-run'], ['--yes']]) {
    const { code, err, asked } = await run(edge('the stream exists'), ...args);
    expect(code).toBe(1);
    expect(err).toContain('the stream exists');
    expect(asked.map(({ method }) => method)).toEqual(['POST']);
  }
  const meanwhile = { ...edge(null), [`DELETE ${PATH}`]: refusal(409, 'backup_in_use') };
  const { code, err } = await run(meanwhile, '--yes');
  expect([code, err]).toEqual([1, expect.stringContaining('backup_in_use')]);
});

test('asks for another account by its name', async () => {
  const { asked } = await run({}, '--account', 'AAA', '--dry-run');
  expect(asked[0]?.path).toBe('/api/backups/AAA/ORDERS/delete/dry-run');
});
