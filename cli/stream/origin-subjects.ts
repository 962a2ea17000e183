// The subjects of a stream that is copied: taken from it, noted in the stream itself, and given back.

import { CutOverRefused } from './cut-over-refused.ts';
import { type StreamApi, type StreamConfig, StreamSilentError } from './stream-api.ts';

/** In the metadata of a stream whose subjects were taken from it: those that it had, as JSON. */
const SUBJECTS_KEY = 'meridian.cut-over.subjects';

/** How long they are tried to be given back: a link that was cut is often there again by then. */
const GIVEN_BACK_WITHIN_MS = 60_000;
const TRY_AGAIN_MS = 1_000;

/** A stream that takes messages, or did before an earlier attempt took its subjects. */
export interface Giver {
  readonly api: StreamApi;
  readonly subjects: readonly string[];
}

/** A stream without subjects would take its own name: so it takes one that nobody uses. */
const nobodys = (name: string) => `_meridian.cut-over.${name}`;

/** Whether its subjects are taken from it. The note alone says nothing: somebody may have given it others since. */
export function isTaken({ name, subjects = [], metadata = {} }: StreamConfig): boolean {
  return metadata[SUBJECTS_KEY] !== undefined && subjects.length === 1 && subjects[0] === nobodys(name);
}

/** Those that it takes, or took before they were taken from it. @throws CutOverRefused if the note of those is no note */
export function subjectsOf(config: StreamConfig): readonly string[] {
  if (!isTaken(config)) return config.subjects ?? [];
  const noted = readNote(config.metadata?.[SUBJECTS_KEY] ?? '');
  if (noted !== undefined) return noted;
  throw new CutOverRefused(
    `The subjects of ${config.name} were taken from it, and what they were is not readable (${SUBJECTS_KEY} in its metadata): set them by hand.`,
  );
}

function readNote(text: string): readonly string[] | undefined {
  try {
    const noted: unknown = JSON.parse(text);
    const isList = Array.isArray(noted) && noted.every((each) => typeof each === 'string');
    return isList ? (noted as readonly string[]) : undefined;
  } catch {
    return undefined;
  }
}

/** @throws CutOverRefused */
export async function takeSubjects({ api, subjects }: Giver): Promise<void> {
  try {
    const { config } = await api.info();
    const metadata = { ...config.metadata, [SUBJECTS_KEY]: JSON.stringify(subjects) };
    await api.update({ ...config, subjects: [nobodys(api.name)], metadata });
  } catch (cause) {
    throw new CutOverRefused(
      `The subjects of ${api.name} could not be taken from it (${(cause as Error).message}). If this user may not, stop all who publish there, and use --publishers-stopped.`,
      { isUnknown: cause instanceof StreamSilentError, cause },
    );
  }
}

/**
 * All of them, whatever becomes of one; what does not answer is tried again for a minute.
 *
 * @param why what went wrong before. @throws CutOverRefused that says both, and of which streams nothing is stored now
 */
export async function giveSubjects(
  givers: readonly Giver[],
  why: unknown,
  onProgress: (words: string) => void,
): Promise<void> {
  const given = await Promise.allSettled(givers.map((giver) => giveBack(giver, onProgress)));
  const failures = given.flatMap((each, index) => {
    const { api, subjects } = givers[index] as Giver;
    if (each.status === 'fulfilled') return [];
    return `And ${api.name} could not be given its subjects back (${(each.reason as Error).message}): nobody's messages are stored until it is. Run this again, or set its subjects to ${subjects.join(', ')}.`;
  });
  if (failures.length === 0) return;
  throw new CutOverRefused([(why as Error).message, ...failures].join('\n'), { isUnknown: true, cause: why });
}

async function giveBack({ api, subjects }: Giver, onProgress: (words: string) => void): Promise<void> {
  const end = Date.now() + GIVEN_BACK_WITHIN_MS;
  for (;;) {
    try {
      const { config } = await api.info();
      // It never came to taking them.
      if (!isTaken(config)) return;
      await api.update({ ...config, subjects, metadata: withoutNote(config) });
      return;
    } catch (error) {
      if (!(error instanceof StreamSilentError) || Date.now() > end) throw error;
      onProgress(`giving ${api.name} its subjects back: it does not answer`);
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}

/** The metadata of a stream that is to take its subjects again. */
export function withoutNote({ metadata = {} }: StreamConfig): Readonly<Record<string, string>> {
  const { [SUBJECTS_KEY]: _, ...kept } = metadata;
  return kept;
}
