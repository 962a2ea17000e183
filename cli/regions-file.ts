// Where the commands read the configuration from.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { MeridianConfig } from '../regions/config.ts';
import { parseConfigFile } from '../regions/config-file.ts';
import { describeProblem } from '../regions/problems.ts';
import type { Validation } from '../regions/validate.ts';

/** The root of the repository. */
export const ROOT = new URL('../', import.meta.url);

/** The checked-in configuration. */
export const REGIONS_FILE = fileURLToPath(new URL('regions/regions.json', ROOT));

/** Reads and checks a configuration file; exits if there is none. */
export async function readConfig(command: Command, file: string): Promise<Validation> {
  try {
    return parseConfigFile(await readFile(file));
  } catch (cause) {
    return command.error(`Cannot read ${file}: ${cause instanceof Error ? cause.message : cause}`);
  }
}

/** The configuration of a file; exits with all of its problems if it has any. */
export async function loadConfig(command: Command, file: string, name = file): Promise<MeridianConfig> {
  const result = await readConfig(command, file);
  if (result.ok) return result.config;
  return command.error([`${name} is not valid:`, ...result.problems.map(describeProblem)].join('\n  '));
}

/** The checked-in configuration; exits with all of its problems if it has any. */
export function loadRegions(command: Command): Promise<MeridianConfig> {
  return loadConfig(command, REGIONS_FILE, 'regions/regions.json');
}
