// Further outputs of k6 (`--out`), checked before a run: k6 itself would only fail when the target is up, and leave a report
// of nothing.

import { spawn } from 'node:child_process';
import { open, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { didYouMean } from '../../regions/did-you-mean.ts';
import { SAMPLES_FILE } from './k6-arguments.ts';
import { LoadtestError } from './loadtest-error.ts';

/** An output that no k6 has: refusing it, k6 says which it has, also those that were built into it. */
const NONE_SUCH = 'none-such';

const AVAILABLE = /available types are: ([\w, -]+)/;

/** Write into the file that is named behind `=`; csv may have it as an option among others. */
const FILES: Readonly<Record<string, RegExp>> = {
  json: /^(.*)$/,
  csv: /(?:^|,)(?:fileName=)?([^=,]+)(?:,|$)/,
};

const PROBE_TIMEOUT_MS = 10_000;

/**
 * @param k6 its path
 * @param outputs as given with `--out`
 * @param folder of the report, which has samples of its own
 * @throws LoadtestError for the first that k6 does not have, or whose file cannot be written
 */
export async function checkOutputs(k6: string, outputs: readonly string[], folder: string): Promise<void> {
  if (outputs.length === 0) return;
  const known = await outputsOf(k6);
  const files = new Set([join(folder, SAMPLES_FILE)]);
  for (const output of outputs) {
    const [kind = '', target = ''] = output.split(/=(.*)/s);
    if (kind === '') throw new LoadtestError(`--out takes KIND or KIND=TARGET, and was given "${output}"`);
    if (known !== undefined && !known.includes(kind)) {
      const near = didYouMean(kind, known);
      const guess = near === undefined ? '.' : `; did you mean ${near}?`;
      throw new LoadtestError(`k6 has no output ${kind}${guess} It has: ${known.join(', ')}`);
    }
    const path = FILES[kind]?.exec(target)?.[1];
    if (path === undefined || path === '' || path === '-') continue;
    const file = resolve(path);
    if (files.has(file))
      throw new LoadtestError(
        `--out ${output}: this file is written already, by the report or another --out. Name another.`,
      );
    files.add(file);
    await checkFile(file, output);
  }
}

/** @returns undefined where k6 does not say */
async function outputsOf(k6: string): Promise<readonly string[] | undefined> {
  const child = spawn(k6, ['run', '--no-usage-report', '--quiet', '--out', NONE_SUCH, '-'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: PROBE_TIMEOUT_MS,
  });
  // It may end before it has read its script, or not begin at all.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.stdin.end('export default function () {}');
  const [, names] = AVAILABLE.exec(await text(child.stderr)) ?? [];
  return names?.split(', ');
}

/** Leaves it as it is. */
async function checkFile(file: string, output: string): Promise<void> {
  const isNew = await stat(file).then(
    () => false,
    () => true,
  );
  try {
    await (await open(file, 'a')).close();
  } catch (cause) {
    throw new LoadtestError(`--out ${output}: cannot write ${file}: ${(cause as Error).message}`, undefined, {
      cause,
    });
  }
  if (isNew) await rm(file, { force: true });
}
