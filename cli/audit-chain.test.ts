import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AUDIT_LINES_TYPE } from '../api/audit.ts';
import { CHAIN_BEGIN, chainText } from '../api/audit-chain.ts';
import { runRegionsOn } from '../test/support/regions-command.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meridian-audit-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A log of these changes, as `--jsonl` writes it. @param from the id of the first that is kept */
function logOf(details: readonly string[], from = 1): string {
  let previous = CHAIN_BEGIN;
  const lines = details.map((detail, index) => {
    const entry = {
      ...{ id: index + 1, kind: 'change' as const, attempts: 1 },
      ...{ time: '2026-11-27T02:00:00.000Z', actor: 'token:admin', action: 'put', outcome: 'ok' },
      ...{ from: 1, to: 2, address: '192.0.2.1', detail },
    };
    const hash = createHash('sha256').update(chainText(previous, entry)).digest('hex');
    const line = JSON.stringify({ ...entry, previous, hash });
    previous = hash;
    return `${line}\n`;
  });
  return lines.slice(from - 1).join('');
}
const LINE = logOf(['less']).trimEnd();
const HASH = (JSON.parse(LINE) as { hash: string }).hash;

async function fileOf(text: string): Promise<string> {
  const file = join(folder, `a log ${crypto.randomUUID()}.jsonl`);
  await writeFile(file, text);
  return file;
}

async function verify(text: string, ...options: readonly string[]) {
  return runRegionsOn({}, ['audit', '--verify', await fileOf(text), ...options]);
}

test('a log as it was written is whole, and its newest hashes are told', async () => {
  const { code, out } = await verify(`${LINE}\n`);
  expect(code).toBe(0);
  expect(out).toContain('1 entries are as they were written');
  expect(out).toContain(`change   ${HASH}  1 entries, 1 to 1, from the beginning`);
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

test('a file without entries proves nothing, and an edge without entries has none', async () => {
  expect(await verify('\n')).toMatchObject({ code: 1, err: expect.stringContaining('has no entries') });
  expect(await verify(logOf(['a']), '--since', await fileOf(''))).toMatchObject({ code: 1 });
  const edge = await runRegionsOn(
    { 'GET /api/audit/export': { body: Buffer.from(''), headers: { 'content-type': AUDIT_LINES_TYPE } } },
    ['audit', '--verify'],
  );
  expect(edge).toMatchObject({ code: 0, out: expect.stringContaining('0 entries are as they were written') });
});

test("npm's own lines in a file are named", async () => {
  expect(await verify(`\n> meridian@0.1.0 regions\n${LINE}\n`)).toMatchObject({
    ...{ code: 1, err: expect.stringContaining('npm run -s regions') },
  });
});

test('a log that begins later says so', async () => {
  expect((await verify(logOf(['a', 'b', 'c'], 2))).out).toContain(
    '2 entries, 2 to 3, what came before is not in it',
  );
});

test.each([
  ['goes on', logOf(['a', 'b', 'c', 'd']), 0, 'goes on from the log'],
  ['has nothing new', logOf(['a', 'b', 'c']), 0, 'goes on from the log'],
  ['begins right behind it', logOf(['a', 'b', 'c', 'd'], 4), 0, 'goes on from the log'],
  ['lacks its end', logOf(['a', 'b']), 1, 'Its end was removed'],
  ['was written anew', logOf(['a', 'b', 'nothing', 'd']), 1, 'written anew'],
  ['is of another deployment', logOf(['x', 'y', 'z', 'w', 'v']), 1, 'another deployment'],
  ['begins later', logOf(['a', 'b', 'c', 'd', 'e'], 5), 7, 'begins later'],
] as const)('compared with an earlier export, one that %s', async (_what, log, exitCode, words) => {
  const since = await fileOf(logOf(['a', 'b', 'c']));
  const { code, out, err } = await verify(log, '--since', since);
  expect({ code, said: out + err }).toEqual({ code: exitCode, said: expect.stringContaining(words) });
});

test('programs read what was found, and --since alone is wrong usage', async () => {
  const since = await fileOf(logOf(['a']));
  const { out } = await verify(logOf(['a', 'b']), '--since', since, '--json');
  expect(JSON.parse(out)).toMatchObject({
    ...{ entries: 2, unknown: [] },
    kinds: [
      { kind: 'change', entries: 2, first: 1, last: 2, isFromBeginning: true },
      { kind: 'refused', entries: 0 },
    ],
  });
  expect(await runRegionsOn({}, ['audit', '--since', since])).toMatchObject({ code: 2 });
});
