// The subjects of a stream that is copied: taken from it, noted in the stream itself, and given back.

import { CutOverRefused } from './cut-over-refused.ts';
import { type StreamApi, type StreamConfig, type StreamInfo, StreamSilentError } from './stream-api.ts';

/** In the metadata of a stream whose subjects were taken from it: those that it had, as JSON. */
const SUBJECTS_KEY = 'meridian.cut-over.subjects';

/** A stream that takes messages, or did before an earlier attempt took its subjects. */
export interface Giver {
  readonly api: StreamApi;
  readonly subjects: readonly string[];
}

/** Those that it takes, or took before they were taken from it. */
export function subjectsOf({ config }: StreamInfo): readonly string[] {
  const noted = config.metadata?.[SUBJECTS_KEY];
  return noted === undefined ? (config.subjects ?? []) : (JSON.parse(noted) as readonly string[]);
}

/** A stream without subjects would take its own name: so it takes one that nobody uses. */
export async function takeSubjects({ api, subjects }: Giver): Promise<void> {
  try {
    const { config } = await api.info();
    const metadata = { ...config.metadata, [SUBJECTS_KEY]: JSON.stringify(subjects) };
    await api.update({ ...config, subjects: [`_meridian.cut-over.${api.name}`], metadata });
  } catch (cause) {
    throw new CutOverRefused(
      `The subjects of ${api.name} could not be taken from it (${(cause as Error).message}). If this user may not, stop all who publish there, and use --publishers-stopped.`,
      { isUnknown: cause instanceof StreamSilentError, cause },
    );
  }
}

/** @param why what went wrong before. @throws CutOverRefused that says both */
export async function giveSubjects({ api, subjects }: Giver, why: unknown): Promise<void> {
  try {
    const { config } = await api.info();
    await api.update({ ...config, subjects, metadata: withoutNote(config) });
  } catch (cause) {
    throw new CutOverRefused(
      `${(why as Error).message} And ${api.name} could not be given its subjects back (${(cause as Error).message}): nobody's messages are stored until it is. Run this again, or set its subjects to ${subjects.join(', ')}.`,
      { isUnknown: true, cause: why },
    );
  }
}

/** The metadata of a stream that is to take its subjects again. */
export function withoutNote({ metadata = {} }: StreamConfig): Readonly<Record<string, string>> {
  const { [SUBJECTS_KEY]: _, ...kept } = metadata;
  return kept;
}
