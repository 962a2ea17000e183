// summary.json: the result of a run for other programs and for `compare`. Its schema is stable: when a field changes
// its meaning, `format` changes.

import type { Machine } from '../../local/machine.ts';
import type { Ending, Unmeasured } from './ending.ts';
import type { Failure } from './failures.ts';

export const SUMMARY_FORMAT = 3;

/** A run, or several merged. */
export interface Summary {
  readonly format: typeof SUMMARY_FORMAT;
  readonly script: string;
  /** The script's opening question. */
  readonly question: string;
  readonly profile: string;
  /** Where k6 ran, as given in SITE; null if not given. */
  readonly site: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
  /** From k6's first sample to its last. */
  readonly durationMs: number;
  readonly url: string;
  /** Cities were simulated with MF-CF-Blob on one machine; otherwise every client was where k6 ran. */
  readonly local: boolean;
  /** The local stack added the latency of real distances. */
  readonly wan: boolean;
  readonly regions: readonly RegionPlace[];
  readonly versions: Versions;
  /** That ran k6, and the local stack with it. */
  readonly machine: Machine;
  readonly ending: Ending;
  /** k6's exit code: 0, 99 for thresholds crossed, others for errors. */
  readonly k6ExitCode: number;
  /** Times between the first sample and the planned end without any measurement, in order. */
  readonly unmeasured: readonly Unmeasured[];
  /** In order. */
  readonly gaps: readonly Gap[];
  /** In order. */
  readonly outages: readonly Outage[];
  /** Live edits of the configuration that the script made, in order. */
  readonly edits: readonly EditEffect[];
  /** Attempts that failed, by kind, in order. Absent in reports of earlier versions. */
  readonly failures?: readonly Failure[];
  readonly thresholds: readonly Threshold[];
  /** By k6's name of the metric. */
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  readonly timeSeries: TimeSeries;
  /** Absent of runs before there was such a count. */
  readonly clients?: ClientCounts;
  /** Of throughput runs: one for each size and offered rate. Empty in others. */
  readonly steps: readonly ThroughputStep[];
  /** One for each payload size of a throughput run. */
  readonly knees: readonly Knee[];
  readonly cities: readonly CityLatency[];
  /** Which of several k6 that shared a run this was. Absent of one that was alone. */
  readonly runner?: { readonly number: number; readonly of: number };
  /** Of a merged run: those that shared it and are not here. */
  readonly absentRunners?: readonly number[];
  /** The runs that were merged into this one; empty in a plain run. */
  readonly merged: readonly MergedRun[];
  /** What a reader should know about the samples, such as that the file is incomplete. */
  readonly notes: readonly string[];
}

export interface RegionPlace {
  readonly id: string;
  readonly name: string;
  /** Degrees; null when the target does not say. */
  readonly latitude: number | null;
  readonly longitude: number | null;
}

export interface Versions {
  readonly meridian: string;
  readonly k6: string;
  readonly natsServer: string;
  readonly node: string;
}

export interface Threshold {
  /** With its tags: `nats_ping{region:weur}`. */
  readonly metric: string;
  /** `p(95)<50` */
  readonly expression: string;
  /** What k6 compared; null when its summary does not have it. */
  readonly value: number | null;
  /**
   * What k6 says; it also passes what it has no samples of. Of a k6 that was ended before it could judge, what the samples
   * say that it had written; null where they cannot.
   */
  readonly passed: boolean | null;
  /** Whether there was anything to judge. */
  readonly samples: 'none' | 'some';
  /** Whether any value could cross it: none can cross `count>=0`. */
  readonly canFail: boolean;
}

/**
 * A time in which nothing of what was due from one region came to another, or not to some clients of it; milliseconds
 * since the first sample.
 */
export interface Gap {
  readonly from: string;
  readonly to: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Other clients of the pair got something meanwhile. Absent where none did. */
  readonly ofSome?: true;
}

/**
 * A time in which some clients of a region had no service, with no more than a second between one and the next;
 * milliseconds since the first sample.
 */
export interface Outage {
  /** That they were on before. */
  readonly region: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Connections that ended in this time. */
  readonly disconnects: number;
  /** Clients that were served again, there or elsewhere, and those that never were. */
  readonly returned: number;
  readonly gone: number;
  /** The longest time that a client was without service that was served again; 0 if none says. */
  readonly longestMs: number;
  /** How long each of those that never were was without service, at least, until nothing more was due; 0 without any. */
  readonly goneMs: number;
}

/** A live edit of a region, and what it did until the next one; milliseconds. */
export interface EditEffect {
  /** When it was answered, since the first sample. */
  readonly atMs: number;
  /** From asking to the answer. */
  readonly tookMs: number;
  /** `dial`, `drain`, `rollback` */
  readonly kind: string;
  readonly region: string;
  /** After how long all new clients landed where it sends them; null if they did not. */
  readonly followedMs: number | null;
  /** New clients that came after it and were served as before. */
  readonly strays: number;
  /** Connected clients that it moved, and after how long the last one was served; null of none. */
  readonly moved: number;
  readonly movedMs: number | null;
  /** Connections that ended. */
  readonly disconnects: number;
  /** Failed attempts, by their kind. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Dimensions by which figures are broken down; each is a k6 tag, except `site` and `pair`. */
export type Dimension =
  | 'region'
  | 'city'
  | 'pair'
  | 'policy'
  | 'size'
  | 'rate'
  | 'kind'
  | 'activity'
  | 'process'
  | 'site';

/** `all` and, by dimension, each value of it. Samples of control policies count in `by.policy` alone. */
export interface MetricSummary {
  readonly type: 'trend' | 'counter' | 'rate' | 'gauge';
  /** The unit of the numbers: `time` is milliseconds, `data` is bytes. */
  readonly contains: 'default' | 'time' | 'data';
  /** Absent without a sample: nothing has no percentiles. */
  readonly all?: Figures;
  /** A pair is `<region> < <peer>`, such as `weur < oc`: to the first, from the second. */
  readonly by: Readonly<Partial<Record<Dimension, Readonly<Record<string, Figures>>>>>;
}

/** By type: a trend has all but `value`, a counter its sum, a rate its share from 0 to 1, a gauge its latest. */
export interface Figures {
  /** Samples. */
  readonly count: number;
  /** The sum of a counter, the share of a rate, the latest of a gauge, the median of a trend. */
  readonly value: number;
  readonly mean: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Slices of equal length; the first begins with the first sample. */
export interface TimeSeries {
  readonly sliceMs: number;
  readonly slices: number;
  /** By metric, then by region, by process, of what was due by kind, or `all`; null where nothing was sampled. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, readonly (Slice | null)[]>>>>;
}

/** `value` as in {@link Figures}; of a counter it is per second. */
export interface Slice {
  readonly count: number;
  readonly value: number;
  readonly p50: number;
  readonly p95: number;
}

/** So many clients from that moment on, until the next; milliseconds since the first sample. */
export interface Level {
  readonly atMs: number;
  readonly clients: number;
}

/** By the clients' own books. Of very many changes the worst of each moment is kept. */
export interface ClientCounts {
  /** Only where every client stays until the end. */
  readonly connected?: readonly Level[];
  /** By the region that they were on before; empty of those that never were on one. */
  readonly withoutService: Readonly<Record<string, readonly Level[]>>;
}

export interface ThroughputStep {
  /** Payload bytes. */
  readonly size: number;
  /** Messages per second that were offered. */
  readonly rate: number;
  readonly seconds: number;
  readonly publishedPerSecond: number;
  readonly deliveredPerSecond: number;
  readonly deliveredBytesPerSecond: number;
  /** Milliseconds; null when no delivery was timed. */
  readonly deliveryP50: number | null;
  readonly deliveryP99: number | null;
  /** Whether it went through: see `steps.ts` for what that means. */
  readonly sustained: boolean;
}

/** The highest rate that went through, with all lower ones; null when none did. */
export interface Knee {
  readonly size: number;
  readonly rate: number | null;
  /** Whether a higher rate was offered and did not go through; else the true knee lies higher. */
  readonly reached: boolean;
  /** The highest rate beyond it that went through all the same: what held up the one between may be chance. */
  readonly later?: number;
  /** Its step was too short to say that the rate is sustained. Absent of one that was not. */
  readonly isBrief?: true;
}

export interface CityLatency {
  readonly city: string;
  readonly latitude: number;
  readonly longitude: number;
  /** The region that served most of its samples. */
  readonly region: string | null;
  /** The metric that the figures are of. */
  readonly metric: string;
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
}

export interface MergedRun {
  readonly site: string | null;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly url: string;
  readonly machine: Machine;
  readonly ending: Ending;
}
