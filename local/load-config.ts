// The configuration that the local stack runs: the checked-in file or another one, with all or some of its regions.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { MeridianConfig } from '../regions/config.ts';
import { parseConfigFile } from '../regions/config-file.ts';
import { describeProblem, type Problem } from '../regions/problems.ts';
import { onlyRegions } from '../regions/subset.ts';

const CHECKED_IN = fileURLToPath(new URL('../regions/regions.json', import.meta.url));

/** A configuration that cannot be used; the message holds every problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface ConfigSource {
  /** A file in place of regions/regions.json. */
  readonly config?: string;
  /** Ids of the regions to keep; absent: all. */
  readonly regions?: readonly string[];
}

/** @throws ConfigError with all problems at once */
export async function loadConfig(
  source: ConfigSource = {},
): Promise<{ readonly config: MeridianConfig; readonly notes: readonly string[] }> {
  const file = source.config ?? CHECKED_IN;
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new ConfigError(`cannot read the configuration ${file}: ${cause.message}`, { cause });
  });
  const parsed = parseConfigFile(bytes);
  if (!parsed.ok) throw new ConfigError(list(`${file} is not a valid configuration`, parsed.problems));
  const warnings = parsed.warnings.map(describeProblem);
  if (source.regions === undefined) return { config: parsed.config, notes: warnings };
  const subset = onlyRegions(parsed.config, source.regions);
  if (!subset.ok) throw new ConfigError(list('--regions cannot be used', subset.problems));
  return { config: subset.config, notes: [...warnings, ...subset.notes.map(describeProblem)] };
}

function list(title: string, problems: readonly Problem[]): string {
  return `${title}:\n${problems.map((problem) => `  - ${describeProblem(problem)}`).join('\n')}`;
}
