// The command as people run it, against an edge that answers as the API says.

import { expect, test } from 'vitest';
import type { RestoredConfig } from '../api/config.ts';
import { type Answers, CONFIG, INFO, livingEdge, refusal } from '../test/support/fake-edge.ts';
import { runRegionsOn } from '../test/support/regions-command.ts';

const STORE = '20261126T193317Z-1a2b3c4d';
const RESTORE = 'POST /api/config/restore';
const OLD = { ...CONFIG, routing: { ...CONFIG.routing, bandMs: 5 } };
const PLAN: RestoredConfig = {
  version: 13,
  author: 'bob',
  message: '',
  time: null,
  from: { ...INFO, version: 12, time: '2026-11-23T14:06:54.123Z', store: STORE },
  config: OLD,
  changes: [{ path: 'routing.bandMs', from: 0, to: 5, kind: 'steers' }],
  notTaken: [{ path: 'regions.weur.instanceType', from: 'standard-1', to: 'lite', kind: 'platform' }],
  history: { versions: 12, entries: 30, breaks: 0 },
  warnings: [],
};
const ANSWERS: Answers = {
  ...livingEdge(),
  [RESTORE]: ({ body }) => {
    const { dryRun } = body as { dryRun?: boolean };
    return { body: dryRun ? PLAN : { ...PLAN, time: '2026-11-26T20:00:00.000Z', message: 'again' } };
  },
};

async function run(answers: Answers, ...args: readonly string[]) {
  const { asked, ...result } = await runRegionsOn(answers, ['backup', 'restore-config', ...args]);
  const bodies = asked.filter(({ path }) => path === '/api/config/restore').map(({ body }) => body);
  return { ...result, asked: bodies };
}

test('shows what is in the backup and what it would change, then restores exactly that', async () => {
  const { code, out, asked } = await run(ANSWERS, '--yes', '-m', 'again');
  expect(out).toContain(`In the backup of ${STORE}: version 12 by alice, 2026-11-23 14:06:54Z: less of apac`);
  expect(out).toContain(
    'It becomes version 13. With it come back: 12 versions, 30 entries of the audit log.',
  );
  expect(out).toContain('~ regions.weur.instanceType: standard-1 -> lite');
  expect(out).toContain('~ routing.bandMs: 0 -> 5');
  expect(out).toContain("Forecast: 12% of the world's population would go elsewhere.");
  expect(out).toContain('Done: version 13 by bob, 2026-11-26 20:00:00Z: again.');
  expect(code).toBe(0);
  const body = { base: 7, force: false, message: 'again' };
  expect(asked).toEqual([
    { ...body, dryRun: true },
    { ...body, version: 12, store: STORE },
  ]);
});

test('an audit log that was changed in the bucket is told before anything is restored', async () => {
  const changed = { body: { ...PLAN, history: { versions: 12, entries: 30, breaks: 2 } } };
  const { code, out } = await run({ ...ANSWERS, [RESTORE]: changed }, '--dry-run');
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('WARNING: 2 of these entries') });
});

test('a deployment with versions of its own is refused in words of the command', async () => {
  const answers = { ...ANSWERS, [RESTORE]: refusal(409, 'not_empty', { current: 2 }) };
  const { code, err } = await run(answers, '--yes');
  expect({ code, err }).toEqual({
    code: 1,
    err: expect.stringContaining('at version 2 already. --force makes'),
  });
});

test('a dry run restores nothing, nor does a command that cannot ask', async () => {
  const dryRun = await run(ANSWERS, '--dry-run', '--version', '12', '--store', STORE);
  expect(dryRun).toMatchObject({ code: 0, asked: [{ version: 12, store: STORE, dryRun: true }] });
  expect(dryRun.out).toContain('It becomes version 13.');
  const asJson = await run(ANSWERS, '--dry-run', '--json');
  expect(JSON.parse(asJson.out)).toMatchObject({ plan: { version: 13 }, base: 7, result: null });
  const unasked = await run(ANSWERS);
  expect(unasked).toMatchObject({ code: 2, asked: [{ dryRun: true }] });
  expect(unasked.err).toContain('Use --yes');
});

test('--json prints one document, and what an edge refuses is said', async () => {
  const done = await run(ANSWERS, '--yes', '--json');
  expect(JSON.parse(done.out)).toMatchObject({ plan: { version: 13 }, result: { message: 'again' } });
  for (const [status, code] of [
    [404, 'no_such_backup'],
    [503, 'bucket_unavailable'],
  ] as const) {
    const refused = await run({ ...ANSWERS, [RESTORE]: refusal(status, code) }, '--yes');
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain(code);
  }
});
