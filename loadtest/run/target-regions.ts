// Whether the target has the regions that are asked for, and any at all.

import { PATHS } from '../../api/paths.ts';
import { didYouMean } from '../../regions/did-you-mean.ts';
import { EXIT, LoadtestError } from './loadtest-error.ts';

/**
 * @param text of the option
 * @param option its name, for the message
 * @throws LoadtestError when it names none, or one twice
 */
export function parseRegions(text: string, option = '--regions'): readonly string[] {
  const ids = text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (ids.length === 0) throw new LoadtestError(`${option} names no region: give ids such as wnam,weur`);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new LoadtestError(`${option} names ${twice} twice: name each region once`);
  return ids;
}

/** @throws LoadtestError when it has no region, or not one of these */
export async function checkRegions(
  url: string,
  asked: readonly string[] | undefined,
  timeoutMs: number,
): Promise<void> {
  const ids = await enabledAt(url, timeoutMs);
  if (ids.length === 0)
    throw new LoadtestError(
      `${url} has no region that is enabled: there is nothing to measure`,
      EXIT.targetDown,
    );
  const unknown = asked?.find((id) => !ids.includes(id));
  if (unknown === undefined) return;
  const near = didYouMean(unknown, ids);
  const guess = near === undefined ? '.' : `; did you mean ${near}?`;
  throw new LoadtestError(`${url} has no region "${unknown}"${guess} It has: ${ids.join(', ')}`);
}

async function enabledAt(url: string, timeoutMs: number): Promise<readonly string[]> {
  try {
    const response = await fetch(url + PATHS.regions, { signal: AbortSignal.timeout(timeoutMs) });
    const { regions } = (await response.json()) as {
      regions: readonly { readonly id: string; readonly enabled?: boolean }[];
    };
    return regions.filter(({ enabled }) => enabled !== false).map(({ id }) => id);
  } catch (cause) {
    throw new LoadtestError(
      `${url} does not answer to ${PATHS.regions} as Meridian does: ${(cause as Error).message}`,
      EXIT.targetDown,
      { cause },
    );
  }
}
