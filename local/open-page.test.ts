import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitFor } from '../waiting/wait-for.ts';
import { openPage, signedInAddress } from './open-page.ts';

test('the token is where no server sees it', () => {
  const { hash, search, pathname } = new URL(signedInAddress('http://127.0.0.1:8787', 'a+b'));
  expect({ hash, search, pathname }).toEqual({ hash: '#token=a%2Bb', search: '', pathname: '/' });
});

test('the program that opens is given the address', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meridian-open-'));
  try {
    const seen = join(folder, 'seen');
    const script = 'require("node:fs").writeFileSync(process.argv[1], process.argv[2])';
    expect(await openPage('http://here/#x', [process.execPath, '-e', script, seen])).toBeUndefined();
    await waitFor('it to run', { timeoutMs: 10_000 }, async () => {
      return (await readFile(seen, 'utf8').catch(() => '')) === 'http://here/#x';
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('where there is none, that is said', async () => {
  expect(await openPage('http://here/', ['no-such-program-here'])).toContain('no browser could be opened');
});
