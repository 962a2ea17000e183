import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify, stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';

const CLI = join(import.meta.dirname, 'cli.ts');

test('`build` writes the page', async () => {
  await promisify(execFile)(process.execPath, [CLI, 'build']);
  expect(await readFile(join(import.meta.dirname, 'dist/index.html'), 'utf8')).toContain('<div id="page">');
});

test('`dev` serves its sources, and says where', async () => {
  const child = spawn(process.execPath, [CLI, 'dev', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    let url: string | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      [url] = /http:\/\/\S+/.exec(stripVTControlCharacters(line)) ?? [];
      if (url !== undefined) break;
    }
    expect(await (await fetch(url ?? '')).text()).toContain('/src/main.tsx');
  } finally {
    child.kill();
    await exited;
  }
});

test('a command that there is not is said to be none', async () => {
  const failed = await promisify(execFile)(process.execPath, [CLI, 'bild']).catch(
    (error: Error) => error.message,
  );
  expect(failed).toContain("unknown command 'bild'");
});
