// What a cut-over would do, and why it may not be done. Looks only.

import { CutOverRefused, NOBODY_STORES } from './cut-over-refused.ts';
import { missingSettings } from './kept-settings.ts';
import { type Giver, isTaken, subjectsOf } from './origin-subjects.ts';
import type { SourceConfig, StreamApi, StreamInfo } from './stream-api.ts';
import { lagOf } from './whole-copy.ts';

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
  /** What to know before, in words. */
  readonly warnings: readonly string[];
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
  const origins = await Promise.all(
    copied.map(async (source): Promise<Origin> => {
      const api = apiOf(source.name, source.external?.api);
      const info = await originOf(api, source);
      return { source, api, info, subjects: subjectsOf(info.config) };
    }),
  );
  const taken = origins.filter(({ info }) => isTaken(info.config)).map(({ api }) => api.name);
  const lag = lagOf(copy, taken);
  const altered = origins
    .filter(({ source, info }) => {
      const { filter_subject, subject_transforms = [] } = source;
      return filter_subject || subject_transforms.length > 0 || info.config.subject_transform !== undefined;
    })
    .map(({ source }) => source);
  if (wanted === undefined && altered.length > 0)
    throw new CutOverRefused(
      `${copyApi.name} copies only a part of ${altered[0]?.name}, or under other subjects: say with --subjects which ones it is to take.`,
    );
  const subjects = wanted ?? [
    ...new Set([...subjectsOf(copy.config), ...origins.flatMap((each) => each.subjects)]),
  ];
  if (subjects.length === 0)
    throw new CutOverRefused(`${copyApi.name} would take no subject: say which with --subjects.`);
  const local = origins.filter(({ source }) => source.external === undefined).map(({ api }) => api.name);
  await refuseOverlap(copyApi, subjects, [copyApi.name, ...local]);
  const warnings = [
    ...taken.map((name) => `the subjects of ${name} were taken by an earlier attempt: ${NOBODY_STORES}`),
    ...origins.flatMap(({ info }) => missingSettings(copy.config, info.config)),
  ];
  return { copy, origins, subjects, lag, warnings };
}

/** The server would refuse it too, but only once the origins had lost their subjects. */
async function refuseOverlap(copyApi: StreamApi, subjects: readonly string[], involved: readonly string[]) {
  for (const subject of subjects) {
    const other = (await copyApi.takers(subject)).find((name) => !involved.includes(name));
    if (other !== undefined)
      throw new CutOverRefused(`${copyApi.name} cannot take ${subject}: ${other} takes it, or a part of it.`);
  }
}

async function originOf(api: StreamApi, { external }: SourceConfig): Promise<StreamInfo> {
  try {
    return await api.info();
  } catch (cause) {
    throw new CutOverRefused(
      `What ${api.name} is copied from does not answer under ${external?.api ?? '$JS.API'} (${(cause as Error).message}): is the link to it up, and may this user ask there? If an earlier attempt was killed, ${NOBODY_STORES}.`,
      { isUnknown: true, cause },
    );
  }
}
