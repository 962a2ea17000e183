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

/** What it answers to who has no token, where only those with one are told. */
const UNAUTHORIZED = 401;

export interface Asking {
  /** Of the target's API. */
  readonly token: string | undefined;
  readonly timeoutMs: number;
}

/** @throws LoadtestError when it has no region, or not one of these, or does not say */
export async function checkRegions(
  url: string,
  asked: readonly string[] | undefined,
  asking: Asking,
): Promise<void> {
  const ids = await enabledAt(url, asking);
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

async function enabledAt(url: string, { token, timeoutMs }: Asking): Promise<readonly string[]> {
  const ask = (headers: Readonly<Record<string, string>>) =>
    fetch(url + PATHS.regions, { headers, signal: AbortSignal.timeout(timeoutMs) }).catch((cause: Error) => {
      throw unlikeMeridian(url, cause);
    });
  let response = await ask({});
  // The token goes out only where it is asked for.
  if (response.status === UNAUTHORIZED && token !== undefined) {
    await response.body?.cancel();
    response = await ask({ authorization: `Bearer ${token}` });
  }
  if (response.status === UNAUTHORIZED) {
    await response.body?.cancel();
    const fix =
      token === undefined ? 'put one into MERIDIAN_TOKEN' : 'the one in MERIDIAN_TOKEN is not its own';
    throw new LoadtestError(
      `${url} shows its regions only to those with a token for its API (admin.regionsShownTo): ${fix}`,
      EXIT.refused,
    );
  }
  try {
    const { regions } = (await response.json()) as {
      regions: readonly { readonly id: string; readonly enabled?: boolean }[];
    };
    return regions.filter(({ enabled }) => enabled !== false).map(({ id }) => id);
  } catch (cause) {
    throw unlikeMeridian(url, cause as Error);
  }
}

function unlikeMeridian(url: string, cause: Error): LoadtestError {
  return new LoadtestError(
    `${url} does not answer to ${PATHS.regions} as Meridian does: ${cause.message}`,
    EXIT.targetDown,
    { cause },
  );
}
