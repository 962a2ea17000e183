// Whether a copy of a stream has all that its origins have. What has not been heard of for a while is unknown, not whole.

import { isSilent } from '../../api/stream-source.ts';
import { CutOverRefused, NOBODY_STORES, PerhapsDone } from './cut-over-refused.ts';
import { cutOverBefore } from './promotion.ts';
import {
  type SourceConfig,
  type SourceState,
  type StreamApi,
  type StreamInfo,
  StreamSilentError,
} from './stream-api.ts';

const POLL_MS = 250;

/** What a copy copies, and where it is asked. */
export interface Copied {
  readonly source: SourceConfig;
  readonly api: StreamApi;
}

/** How long is waited, and who may end it. */
export interface Patience {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (words: string) => void;
}

/** @param taken origins without subjects. @throws CutOverRefused if a source is silent: what is known of it is old */
export function lagOf({ config, mirror, sources = [] }: StreamInfo, taken: readonly string[] = []): number {
  const states: readonly SourceState[] = mirror === undefined ? sources : [mirror];
  const silent = states.filter(({ active }) => isSilent(active));
  if (states.length === 0 || silent.length > 0) {
    const names = silent.map(({ name }) => name).join(', ') || 'its source';
    throw new CutOverRefused(
      `${config.name} has not heard of ${names} for a while: what it lacks is unknown.${taken.length === 0 ? '' : ` The subjects of ${taken.join(', ')} were taken by an earlier attempt: ${NOBODY_STORES}.`}`,
      { isUnknown: true },
    );
  }
  return Math.max(...states.map(({ lag }) => lag));
}

/**
 * Until the copy lacks nothing; of a mirror until it has the last message of the origin. What does not answer meanwhile is
 * asked again.
 *
 * @param since ms: what was heard before counts for nothing
 */
export async function untilWhole(
  copyApi: StreamApi,
  origins: readonly Copied[],
  { timeoutMs, signal, onProgress }: Patience,
  since = 0,
): Promise<StreamInfo> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const seen = await lookFor(copyApi, origins, since).catch(orUnknown);
    if (!(seen instanceof Error) && seen.lacks === undefined) return seen.copy;
    onProgress(seen instanceof Error ? seen.message : `${copyApi.name} lacks ${seen.lacks}`);
    if (Date.now() > end) {
      if (seen instanceof Error) throw seen;
      throw new CutOverRefused(`${copyApi.name} still lacks ${seen.lacks} after ${timeoutMs / 1_000} s.`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What the copy lacks, in words; undefined if nothing. */
async function lookFor(copyApi: StreamApi, origins: readonly Copied[], since: number) {
  const askedAt = Date.now();
  const copy = await copyApi.info();
  if (cutOverBefore(copy) !== undefined)
    throw new PerhapsDone(
      `${copyApi.name} is a stream of its own already: somebody else has cut it over meanwhile.`,
    );
  const lag = lagOf(copy);
  if (lag > 0) return { copy, lacks: `${lag} messages` };
  const isHeard = askedAt - silentMs(copy) >= since;
  return { copy, lacks: isHeard && !(await lacks(copy, origins)) ? undefined : 'word of its source' };
}

/** @throws what is no silence */
function orUnknown(error: unknown): CutOverRefused {
  if (error instanceof CutOverRefused && error.isUnknown) return error;
  if (error instanceof StreamSilentError)
    return new CutOverRefused(error.message, { isUnknown: true, cause: error });
  throw error;
}

/** How long ago the source was heard of that has been silent for longest, ms. */
function silentMs({ mirror, sources = [] }: StreamInfo): number {
  const states = mirror === undefined ? sources : [mirror];
  return Math.max(...states.map(({ active }) => active / 1e6));
}

/** A mirror has the sequences of its origin; a stream that sources others has its own. */
async function lacks({ config, state }: StreamInfo, origins: readonly Copied[]): Promise<boolean> {
  if (config.mirror === undefined) return false;
  const next = await Promise.all(
    origins.map(({ api, source }) => api.nextAfter(state.last_seq, source.filter_subject || '>')),
  );
  return next.some((each) => each !== undefined);
}
