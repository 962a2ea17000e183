// One run of a k6 script against a stack that is up, as `npm run loadtest -- <script> --url ...` runs it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSummary } from '../../loadtest/report/report-files.ts';
import type { Summary } from '../../loadtest/report/summary.ts';

const LOADTEST = fileURLToPath(new URL('../../loadtest/run/cli.ts', import.meta.url));

/** That a threshold was crossed is for whoever reads the figures. */
const CROSSED = 99;
const LINES_IN_ERROR = 3;

export interface K6Run {
  readonly script: string;
  /** Of the stack, `ws://` or `http://`. */
  readonly url: string;
  /** Variables of the script. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** @throws Error with the command's last lines, if it measured nothing */
export async function runScript({ script, url, env, signal }: K6Run): Promise<Summary> {
  signal.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'meridian-bench-'));
  try {
    const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const target = url.replace(/^ws/, 'http').replace(/\/+$/, '');
    const child = spawn(
      process.execPath,
      [LOADTEST, script, '--url', target, '--report', folder, ...variables],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      said += String(bytes);
    });
    const interrupt = () => child.kill('SIGINT');
    signal.addEventListener('abort', interrupt);
    const [code] = await once(child, 'close').finally(() => signal.removeEventListener('abort', interrupt));
    signal.throwIfAborted();
    if (code !== 0 && code !== CROSSED)
      throw new Error(`k6 ended with ${code}: ${said.trim().split('\n').slice(-LINES_IN_ERROR).join(' / ')}`);
    return await readSummary(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
