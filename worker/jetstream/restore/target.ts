// The stream that a restore makes: how it is configured while it is filled, and afterwards. Pure.

import type { ConsumerBackup, JsonObject } from '../manifest/segment-header.ts';
import { sourcesOf } from './feeds.ts';

/** In a stream's metadata: the restore that is making it. Whoever finds it on a stream knows that it is not whole. */
const MARK = 'meridian-restore';

/** What takes over messages of its own accord. */
const SUPPLY = ['mirror', 'sources'] as const;

/** What deletes messages of its own accord, or refuses them. */
const LIMITS = [
  'max_age',
  'max_bytes',
  'max_msgs',
  'max_msgs_per_subject',
  'max_msg_size',
  'retention',
  'discard',
  'discard_new_per_subject',
  'subject_delete_marker_ttl',
] as const;

/** What has to do with other streams or servers. */
const ELSEWHERE = ['mirror_direct', 'placement', 'republish', 'subject_transform'] as const;

export interface Target {
  /**
   * While it is filled, and gets its replicas: without sources, and marked, so that whoever finds it knows that it is not
   * whole.
   */
  readonly filling: JsonObject;
  /** Once it is. */
  readonly whole: JsonObject;
  /** Those that come with its messages. */
  readonly consumers: readonly ConsumerBackup[];
  /** Those that are made once it has its replicas (`isMadeLater`). */
  readonly later: readonly ConsumerBackup[];
  readonly replicas: number;
}

/**
 * A stream of its own name, or a copy under another.
 *
 * @param isDetached whether its subjects are another stream's: it takes no messages, and has no consumers
 */
export function targetOf(
  stream: string,
  backup: { readonly config: JsonObject; readonly consumers: readonly ConsumerBackup[] },
  { as, isDetached, mark }: { readonly as: string; readonly isDetached: boolean; readonly mark: string },
): Target {
  const isCopy = as !== stream;
  const whole = {
    ...(isCopy ? without(backup.config, SUPPLY) : backup.config),
    name: as,
    ...(isDetached && { subjects: [as] }),
  };
  const replicas = Number(backup.config.num_replicas ?? 1);
  // A sealed stream can be neither filled nor changed.
  const filling = {
    ...unsourced(whole, mark),
    ...marked(whole, mark),
    num_replicas: 1,
    sealed: false,
    ...retainingAll(whole),
  };
  const all = isDetached ? [] : backup.consumers.map(inheriting);
  const [consumers, later] = isMadeLater(whole, replicas) ? [[], all] : [all, []];
  return { filling, whole, consumers, later, replicas };
}

/** Of which a stream takes messages; nats-server gives one that names none its own name, unless it takes them elsewhere. */
export function subjectsOf({ name, subjects, mirror, sources }: JsonObject): readonly string[] {
  if (Array.isArray(subjects) && subjects.length > 0) return subjects.map(String);
  return mirror === undefined && sources === undefined ? [String(name)] : [];
}

/** A stream with the same messages on a server of its own, which neither gets any nor loses any. */
export function scratchTarget(
  as: string,
  backup: { readonly config: JsonObject; readonly consumers: readonly ConsumerBackup[] },
): Target {
  const { subjects, ...config } = without(backup.config, [...SUPPLY, ...LIMITS, ...ELSEWHERE]);
  const whole = {
    ...config,
    subjects: subjects ?? [as],
    name: as,
    num_replicas: 1,
    sealed: false,
    allow_direct: true,
  };
  // A mirror has no subjects of its own, and its consumers may filter by any.
  const consumers = backup.consumers.map((consumer) =>
    inheriting(subjects === undefined ? unfiltered(consumer) : consumer),
  );
  return { filling: whole, whole, consumers, later: [], replicas: 1 };
}

function unfiltered(consumer: ConsumerBackup): ConsumerBackup {
  return { ...consumer, config: without(consumer.config, ['filter_subject', 'filter_subjects']) };
}

/** The restore that is making a stream of this configuration; undefined if none is. */
export function restoreOf({ metadata }: JsonObject): string | undefined {
  return (metadata as Readonly<Record<string, string>> | undefined)?.[MARK];
}

/** Whether a stream of this configuration is not whole yet. */
export function isBeingRestored(config: JsonObject): boolean {
  return restoreOf(config) !== undefined;
}

/**
 * From a source nothing is taken before it is known from where on. A mirror is configured as one from the start: later
 * the server does not make a stream one, and it goes on behind its last message anyway.
 */
function unsourced(config: JsonObject, mark: string): JsonObject {
  if (sourcesOf(config).length === 0) return config;
  const { sources: _, subjects, ...rest } = config;
  // Without both the server gives it its name as a subject, which may be another stream's.
  return { ...rest, subjects: subjects ?? [`${MARK}.${mark}`] };
}

function without(config: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)));
}

function marked({ metadata }: JsonObject, mark: string): JsonObject {
  return { metadata: { ...(metadata as JsonObject | undefined), [MARK]: mark } };
}

/**
 * A server of nats-server 2.15 that is to hold a stream by interest or a work queue waits twice for 10 s for its consumers,
 * which in turn wait for the stream (jetstream_cluster.go, waitOnConsumerAssignments). With `limits` it does not wait, nor
 * where there are no consumers yet.
 */
function retainingAll({ retention }: JsonObject): JsonObject {
  return retention === 'interest' ? { retention: 'limits' } : {};
}

/**
 * The retention of a work queue can't be changed. But it keeps what no consumer has acknowledged, and its consumers begin with
 * the first of that: one that is made anew goes on where it was, and only counts from 1 again.
 */
function isMadeLater({ retention }: JsonObject, replicas: number): boolean {
  return retention === 'workqueue' && replicas > 1;
}

/** A consumer can't have more replicas than its stream, which begins with one. */
function inheriting(consumer: ConsumerBackup): ConsumerBackup {
  return { ...consumer, config: { ...consumer.config, num_replicas: 0 } };
}
