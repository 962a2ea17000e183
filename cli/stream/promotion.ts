// A copy of a stream becomes a stream of its own, and notes of what it was one.

import { CutOverRefused, PerhapsDone } from './cut-over-refused.ts';
import { withoutNote } from './origin-subjects.ts';
import {
  MIRROR_NOT_UPDATABLE,
  type SourceConfig,
  type StreamApi,
  StreamApiError,
  type StreamConfig,
  type StreamInfo,
} from './stream-api.ts';

/** In the metadata of a stream that was a copy: of what, until which sequence of its own. */
const FROM_KEY = 'meridian.cut-over.from';
const UNTIL_KEY = 'meridian.cut-over.until';

/** Of what, if this stream was a copy before; undefined if not. */
export function cutOverBefore({ config }: StreamInfo): { from: string; until: string } | undefined {
  const { [FROM_KEY]: from, [UNTIL_KEY]: until } = config.metadata ?? {};
  const isCopy = config.mirror !== undefined || (config.sources ?? []).length > 0;
  return isCopy || from === undefined || until === undefined ? undefined : { from, until };
}

/** @throws CutOverRefused; PerhapsDone where the answer is lost */
export async function promote(
  copyApi: StreamApi,
  copy: StreamInfo,
  subjects: readonly string[],
  sources: readonly SourceConfig[],
): Promise<void> {
  const { mirror: _mirror, sources: _sources, ...kept } = copy.config;
  const from = sources.map(({ name, external }) => `${external?.api ?? '$JS.API'} ${name}`).join(', ');
  const metadata = { ...withoutNote(kept), [FROM_KEY]: from, [UNTIL_KEY]: String(copy.state.last_seq) };
  const config: StreamConfig = { ...kept, subjects, metadata };
  try {
    await copyApi.update(config);
  } catch (error) {
    if (!(error instanceof StreamApiError)) return await unlessPerhaps(copyApi, error);
    const version = error.code === MIRROR_NOT_UPDATABLE ? ' nats-server does so from 2.12 on.' : '';
    throw new CutOverRefused(
      `${copyApi.name} could not be made a stream of its own: ${error.message}.${version}`,
      { cause: error },
    );
  }
}

/**
 * The answer to the update was lost: it may have happened, or happen still.
 *
 * @throws PerhapsDone unless it is seen to have happened
 */
async function unlessPerhaps(copyApi: StreamApi, cause: unknown): Promise<void> {
  const copy = await copyApi.info().catch(() => undefined);
  if (copy !== undefined && cutOverBefore(copy) !== undefined) return;
  throw new PerhapsDone(
    `${copyApi.name} was told to be a stream of its own, and nobody said whether it is. Run this again at once: what it copies has no subjects, so nobody's messages are stored until one of the two takes them.`,
    { isUnknown: true, cause },
  );
}
