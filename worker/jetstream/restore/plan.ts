// What a restore would bring back, and what not. Nothing is changed.

import type { NatsConnection } from '@nats-io/nats-core';
import type { BackupProblem } from '../bucket/backup-error.ts';
import type { JsonObject } from '../manifest/segment-header.ts';
import { streamInfo } from './api.ts';
import { sourcesOf } from './feeds.ts';
import type { RestoreSource } from './source.ts';
import { othersOf, takers } from './takers.ts';
import { subjectsOf, targetOf } from './target.ts';

/** What a restore would do, or why there is nothing to restore: an error's class does not survive the way to the Worker. */
export type PlannedRestore =
  | { readonly ok: true; readonly plan: RestorePlan }
  | { readonly ok: false; readonly problem: BackupProblem; readonly message: string };

export interface RestorePlan {
  readonly messages: number;
  /** About: subjects, headers and bodies. */
  readonly bytes: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** ms since the epoch; absent if there is no message. */
  readonly firstAt?: number;
  /** Absent also if the last segment is not taken to its end: of its messages, only the header is read. */
  readonly lastAt?: number;
  /** Their names. */
  readonly consumers: readonly string[];
  /** In words. */
  readonly notRestored: readonly string[];
  /** What else is to be known, in words. */
  readonly remarks: readonly string[];
  /** Of which the stream takes messages. */
  readonly subjects: readonly string[];
  /** Streams that take messages of them already: it is refused. */
  readonly takenBy: readonly string[];
  readonly targetExists: boolean;
}

export async function planOf(
  connection: NatsConnection,
  { name, selection, remark }: RestoreSource,
  as: string,
): Promise<RestorePlan> {
  const { extent, messages, bytes, segments, config } = selection;
  const firstAt = segments[0]?.header.firstAt;
  const last = segments.at(-1)?.header;
  const lastAt = last !== undefined && last.last <= extent.lastSeq ? last.lastAt : undefined;
  const targetExists = (await streamInfo(connection, as)) !== undefined;
  const isCopy = as !== name.stream;
  const others = isCopy ? await takers(connection, config) : [];
  const target = targetOf(name.stream, selection, { as, isDetached: others.length > 0, mark: '' });
  const subjects = subjectsOf(target.whole);
  const consumers = others.length > 0 ? [] : selection.consumers.map((each) => each.name);
  return {
    messages,
    bytes,
    firstSeq: extent.firstSeq,
    lastSeq: extent.lastSeq,
    ...(firstAt !== undefined && messages > 0 && { firstAt }),
    ...(lastAt !== undefined && messages > 0 && { lastAt }),
    consumers,
    notRestored: notRestored(config, { isCopy, others, hasConsumers: consumers.length > 0 }),
    remarks: [
      ...(remark === undefined ? [] : [remark]),
      ...(isCopy && others.length === 0 && isFedBySubjects(config) ? [inPlaceOf(name.stream)] : []),
    ],
    subjects,
    takenBy: targetExists ? [] : await othersOf(connection, target.whole),
    targetExists,
  };
}

function isFedBySubjects({ subjects }: JsonObject): boolean {
  return Array.isArray(subjects) && subjects.length > 0;
}

function inPlaceOf(stream: string): string {
  return `no stream takes messages of these subjects now, so the copy does from now on; ${stream} can then not be restored beside it, unless the copy gets other subjects or is deleted`;
}

function notRestored(
  config: JsonObject,
  about: { readonly isCopy: boolean; readonly others: readonly string[]; readonly hasConsumers: boolean },
): readonly string[] {
  const { isCopy, others, hasConsumers } = about;
  const isFed = config.mirror !== undefined || config.sources !== undefined;
  return [
    'message IDs for deduplication: a message that is published again is stored again',
    ...(hasConsumers
      ? [
          'what consumers had not acknowledged in order: they begin again behind what they had acknowledged without gaps',
        ]
      : []),
    ...(others.length > 0
      ? [`subjects and consumers: ${others.join(', ')} takes messages of these subjects`]
      : []),
    ...(!isCopy && sourcesOf(config).length > 0
      ? [
          'how far it had come in its sources, but for what its last messages tell: a source that was restored or exists still goes on behind them; of one that is restored later, all is taken once more',
        ]
      : []),
    ...(isCopy && isFed ? ['mirror and sources: the copy gets no further messages'] : []),
  ];
}
