// Reads scenarios from files and folders, and region configurations from files. Every error names the file.

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MeridianConfig } from '../../regions/config.ts';
import { describeProblem } from '../../regions/problems.ts';
import { parseConfig } from '../../regions/validate.ts';
import { parseScenario, type Scenario } from './scenario.ts';
import { SimulateError } from './simulate-error.ts';

/** The scenarios of all files, and of all `*.json` files of all folders, in the order given. */
export async function readScenarios(paths: readonly string[]): Promise<readonly Scenario[]> {
  const files = (await Promise.all(paths.map(filesOf))).flat();
  return Promise.all([...new Set(files)].map(readScenario));
}

/** A valid region configuration. */
export async function readConfig(file: string): Promise<MeridianConfig> {
  const parsed = parseConfig(await read(file));
  if (parsed.ok) return parsed.config;
  throw new SimulateError(
    list(`${file} is not a valid region configuration`, parsed.problems.map(describeProblem)),
  );
}

async function filesOf(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((cause: Error) => {
    throw new SimulateError(`cannot read ${path}: ${cause.message}`, { cause });
  });
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.json')).toSorted();
  if (names.length === 0) throw new SimulateError(`${path} has no scenarios: no file in it ends in .json`);
  return names.map((name) => join(path, name));
}

async function readScenario(file: string): Promise<Scenario> {
  const parsed = parseScenario(await read(file));
  if (parsed.ok) return parsed.scenario;
  throw new SimulateError(list(`${file} is not a scenario`, parsed.problems));
}

function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: Error) => {
    throw new SimulateError(`cannot read ${file}: ${cause.message}`, { cause });
  });
}

/** A file of another kind has a problem in every client; showing this many is enough. */
const MAX_PROBLEMS = 20;

function list(title: string, problems: readonly string[]): string {
  const more = problems.length - MAX_PROBLEMS;
  const lines = problems.slice(0, MAX_PROBLEMS).map((problem) => `  - ${problem}`);
  return [`${title}:`, ...lines, ...(more > 0 ? [`  - and ${more} more`] : [])].join('\n');
}
