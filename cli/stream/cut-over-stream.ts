// Makes a copy of a JetStream stream, one that mirrors or sources another, a stream of its own that takes the subjects, without
// losing a message that was acknowledged:
//
// 1. wait until the copy lacks nothing, while the origin still takes messages;
// 2. take the subjects from the origin: whoever publishes now is not acknowledged, and publishes again;
// 3. wait until the copy has the last message of the origin;
// 4. take mirror and sources out of the copy, and give it the subjects.
//
// Whatever fails before 4 gives the origin its subjects back. They are noted in the origin itself, so that a command that was killed in
// between can be run again.

import { isSilent } from '../../api/stream-source.ts';
import { CutOverRefused, PerhapsDone } from './cut-over-refused.ts';
import { type Giver, giveSubjects, subjectsOf, takeSubjects, withoutNote } from './origin-subjects.ts';
import {
  type SourceConfig,
  type SourceState,
  type StreamApi,
  type StreamConfig,
  type StreamInfo,
  StreamSilentError,
} from './stream-api.ts';

/** In the metadata of a stream that was a copy: of what, until which sequence of its own. */
const FROM_KEY = 'meridian.cut-over.from';
const UNTIL_KEY = 'meridian.cut-over.until';

const POLL_MS = 250;

export interface Origin extends Giver {
  readonly source: SourceConfig;
  readonly info: StreamInfo;
}

/** What a cut-over would do. */
export interface CutOverPlan {
  readonly copy: StreamInfo;
  readonly origins: readonly Origin[];
  /** Those that the copy takes afterwards. */
  readonly subjects: readonly string[];
  /** Messages that the copy lacks, as far as it has heard. */
  readonly lag: number;
}

export interface CutOverOptions {
  /** Nobody publishes to the origin any more: it is left as it is. */
  readonly publishersStopped: boolean;
  /** For each of the two waits. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (words: string) => void;
}

export interface CutOverResult {
  /** Last sequence of the copy when it became a stream of its own, as it was before. */
  readonly until: number;
  /**
   * Origins that stored messages which the copy may not have, and the first of those by the origin's sequence; undefined if an origin did
   * not say.
   */
  readonly leftAt: readonly { readonly stream: string; readonly from: number }[] | undefined;
}

/** Of what, if this stream was a copy before; undefined if not. */
export function cutOverBefore({ config }: StreamInfo): { from: string; until: string } | undefined {
  const { [FROM_KEY]: from, [UNTIL_KEY]: until } = config.metadata ?? {};
  const isCopy = config.mirror !== undefined || (config.sources ?? []).length > 0;
  return isCopy || from === undefined || until === undefined ? undefined : { from, until };
}

/**
 * Looks at a copy and at what it copies. Changes nothing.
 *
 * @param apiOf the stream of this name at an API prefix, as the copy's servers reach it
 * @param wanted subjects for the copy; absent: those of its origins
 * @throws CutOverRefused
 */
export async function planCutOver(
  copyApi: StreamApi,
  apiOf: (name: string, prefix: string | undefined) => StreamApi,
  wanted?: readonly string[],
): Promise<CutOverPlan> {
  const copy = await copyApi.info();
  const { mirror, sources = [] } = copy.config;
  const copied = mirror === undefined ? sources : [mirror];
  if (copied.length === 0)
    throw new CutOverRefused(`${copyApi.name} neither mirrors nor sources another stream.`);
  const lag = lagOf(copy);
  const origins = await Promise.all(
    copied.map(async (source): Promise<Origin> => {
      const api = apiOf(source.name, source.external?.api);
      const info = await originOf(api, source);
      return { source, api, info, subjects: subjectsOf(info) };
    }),
  );
  const altered = copied.filter(
    ({ filter_subject, subject_transforms = [] }) => filter_subject || subject_transforms.length > 0,
  );
  if (wanted === undefined && altered.length > 0)
    throw new CutOverRefused(
      `${copyApi.name} copies only a part of ${altered[0]?.name}, or under other subjects: say with --subjects which ones it is to take.`,
    );
  const subjects = wanted ?? [...new Set([...subjectsOf(copy), ...origins.flatMap((each) => each.subjects)])];
  if (subjects.length === 0)
    throw new CutOverRefused(`${copyApi.name} would take no subject: say which with --subjects.`);
  return { copy, origins, subjects, lag };
}

async function originOf(api: StreamApi, { external }: SourceConfig): Promise<StreamInfo> {
  try {
    return await api.info();
  } catch (cause) {
    throw new CutOverRefused(
      `What ${api.name} is copied from does not answer under ${external?.api ?? '$JS.API'} (${(cause as Error).message}): is the link to it up, and may this user ask there?`,
      { isUnknown: true, cause },
    );
  }
}

/** @throws CutOverRefused if a source is silent: what is known of it is old */
function lagOf({ config, mirror, sources = [] }: StreamInfo): number {
  const states: readonly SourceState[] = mirror === undefined ? sources : [mirror];
  const silent = states.filter(({ active }) => isSilent(active));
  if (states.length === 0 || silent.length > 0) {
    const names = silent.map(({ name }) => name).join(', ') || 'its source';
    throw new CutOverRefused(
      `${config.name} has not heard of ${names} for a while: what it lacks is unknown.`,
      { isUnknown: true },
    );
  }
  return Math.max(...states.map(({ lag }) => lag));
}

/** @throws CutOverRefused; the origin then takes its subjects as before */
export async function cutOver(
  copyApi: StreamApi,
  plan: CutOverPlan,
  options: CutOverOptions,
): Promise<CutOverResult> {
  await untilWhole(copyApi, [], options);
  const stopped: Origin[] = [];
  try {
    if (!options.publishersStopped) {
      for (const origin of plan.origins) {
        stopped.push(origin);
        await takeSubjects(origin);
      }
    }
    const lasts = await Promise.all(plan.origins.map(async ({ api }) => (await api.info()).state.last_seq));
    // A copy that has heard of its origin from now on has all until there.
    const copy = await untilWhole(copyApi, plan.origins, options, Date.now());
    await promote(copyApi, copy, plan);
    const seen = lasts.map((last) => (copy.config.mirror === undefined ? last : copy.state.last_seq));
    return { until: copy.state.last_seq, leftAt: await leftAt(plan, seen) };
  } catch (error) {
    if (!(error instanceof PerhapsDone)) for (const origin of stopped) await giveSubjects(origin, error);
    throw error;
  }
}

/** Until the copy lacks nothing; of a mirror until it has the last message of the origin. @param since ms: what was heard before counts for nothing */
async function untilWhole(
  copyApi: StreamApi,
  origins: readonly Origin[],
  { timeoutMs, signal, onProgress }: CutOverOptions,
  since = 0,
): Promise<StreamInfo> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const askedAt = Date.now();
    const copy = await copyApi.info();
    const lag = lagOf(copy);
    const isHeard = askedAt - silentMs(copy) >= since;
    if (lag === 0 && isHeard && !(await lacks(copy, origins))) return copy;
    onProgress(
      lag > 0 ? `${copyApi.name} lacks ${lag} messages` : `${copyApi.name} waits for word of its source`,
    );
    if (Date.now() > end)
      throw new CutOverRefused(
        `${copyApi.name} still lacks ${lag > 0 ? `${lag} messages` : 'word of its source'} after ${timeoutMs / 1_000} s.`,
      );
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** How long ago the source was heard of that has been silent for longest, ms. */
function silentMs({ mirror, sources = [] }: StreamInfo): number {
  const states = mirror === undefined ? sources : [mirror];
  return Math.max(...states.map(({ active }) => active / 1e6));
}

/** A mirror has the sequences of its origin; a stream that sources others has its own. */
async function lacks({ config, state }: StreamInfo, origins: readonly Origin[]): Promise<boolean> {
  if (config.mirror === undefined) return false;
  const next = await Promise.all(
    origins.map(({ api, source }) => api.nextAfter(state.last_seq, source.filter_subject || '>')),
  );
  return next.some((each) => each !== undefined);
}

async function promote(
  copyApi: StreamApi,
  copy: StreamInfo,
  { subjects, origins }: CutOverPlan,
): Promise<void> {
  const { mirror: _mirror, sources: _sources, ...kept } = copy.config;
  const from = origins.map(({ source }) => `${source.external?.api ?? '$JS.API'} ${source.name}`).join(', ');
  const metadata = { ...withoutNote(kept), [FROM_KEY]: from, [UNTIL_KEY]: String(copy.state.last_seq) };
  const config: StreamConfig = { ...kept, subjects, metadata };
  try {
    await copyApi.update(config);
  } catch (error) {
    if (error instanceof StreamSilentError && (await isPromoted(copyApi))) return;
    throw new CutOverRefused(
      `${copyApi.name} could not be made a stream of its own: ${(error as Error).message}. nats-server does so from 2.12 on.`,
      { cause: error },
    );
  }
}

/** Whether an update whose answer was lost has happened. @throws CutOverRefused if that cannot be found out */
async function isPromoted(copyApi: StreamApi): Promise<boolean> {
  try {
    return cutOverBefore(await copyApi.info()) !== undefined;
  } catch (cause) {
    throw new PerhapsDone(
      `${copyApi.name} was told to be a stream of its own, and does not answer since: whether it is one is unknown.`,
      { isUnknown: true, cause },
    );
  }
}

/** @param seen sequence of each origin until which the copy has all */
async function leftAt({ origins }: CutOverPlan, seen: readonly number[]): Promise<CutOverResult['leftAt']> {
  const left = origins.map(async ({ api, source }, index) => {
    const from = await api.nextAfter(seen[index] ?? 0, source.filter_subject || '>');
    return from === undefined ? [] : [{ stream: api.name, from }];
  });
  try {
    return (await Promise.all(left)).flat();
  } catch {
    return undefined;
  }
}
