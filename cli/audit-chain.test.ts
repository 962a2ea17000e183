import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHAIN_BEGIN, chainText } from '../api/audit-chain.ts';
import { runRegionsOn } from '../test/support/regions-command.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-audit-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ENTRY = {
  ...{ id: 1, kind: 'change' as const, attempts: 1 },
  ...{ time: '2026-11-27T02:00:00.000Z', actor: 'token:admin', action: 'put', outcome: 'ok' },
  ...{ from: 1, to: 2, address: '192.0.2.1', detail: 'less' },
};
const HASH = createHash('sha256').update(chainText(CHAIN_BEGIN, ENTRY)).digest('hex');
const LINE = JSON.stringify({ ...ENTRY, previous: CHAIN_BEGIN, hash: HASH });

async function verify(text: string) {
  const file = join(folder, `${crypto.randomUUID()}.jsonl`);
  await writeFile(file, text);
  return runRegionsOn({}, ['audit', '--verify', file]);
}

test('a log as it was written is whole, and its newest hashes are told', async () => {
  const { code, out } = await verify(`${LINE}\n`);
  expect(code).toBe(0);
  expect(out).toContain('1 entries are as they were written');
  expect(out).toContain(`change   ${HASH}`);
});

test('a log that was changed is refused, with the entry', async () => {
  const { code, err } = await verify(`${LINE.replace('less', 'more')}\n`);
  expect(code).toBe(1);
  expect(err).toContain('entry 1 (change): changed');
});

test('what is no log is refused in words', async () => {
  expect(await verify(`${LINE}\n{"id": 2}\n`)).toMatchObject({
    code: 1,
    err: expect.stringContaining('Line 2 is no entry of an audit log'),
  });
  expect(await runRegionsOn({}, ['audit', '--verify', join(folder, 'none')])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Cannot read'),
  });
});
