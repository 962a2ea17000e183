// Which region goes first. Pure.

import { CommandError, EXIT } from '../../cli/exit.ts';
import { type MeridianConfig, ownRegions, type RegionConfig } from '../../regions/config.ts';
import { didYouMean } from '../../regions/did-you-mean.ts';

/**
 * @param wanted true: any. One without JetStream is back sooner, and holds no stream.
 * @throws CommandError if there is no such region, or it sleeps: then it has no server to be watched
 */
export function canaryRegion(config: MeridianConfig, wanted: string | true): RegionConfig {
  const own = ownRegions(config).filter(({ enabled }) => enabled);
  const awake = own.filter(({ keepAwake }) => keepAwake);
  const ids = awake.map(({ id }) => id);
  if (wanted === true) {
    const [first] = [...awake.filter(({ jetstream }) => !jetstream), ...awake];
    if (first !== undefined) return first;
    throw usage('no region stays awake, so none can be watched. Set keepAwake for one.');
  }
  const found = awake.find(({ id }) => id === wanted);
  if (found !== undefined) return found;
  if (own.some(({ id }) => id === wanted))
    throw usage(`${wanted} may sleep, so it has no server to be watched: choose ${ids.join(', ')}.`);
  const near = didYouMean(wanted, ids);
  throw usage(
    `there is no region ${JSON.stringify(wanted)}.${near === undefined ? '' : ` Did you mean ${near}?`} There are ${ids.join(', ')}.`,
  );
}

function usage(message: string): CommandError {
  return new CommandError(EXIT.usage, `--canary: ${message} Nothing was deployed.`, {
    details: { code: 'canary_region' },
  });
}
