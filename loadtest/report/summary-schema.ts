// The shape of a summary that was written by something else, or cut, as far as its readers rely on it. What it has beside
// that is left alone.

import * as v from 'valibot';
import type { Summary } from './summary.ts';

const number = v.number('should be a number');
const text = v.string('should be a text');
const flag = v.boolean('should be true or false');
const orNull = <T extends v.GenericSchema>(schema: T) => v.nullable(schema);
const list = <T extends v.GenericSchema>(each: T) => v.array(each, 'should be a list');
const record = <T extends v.GenericSchema>(each: T) => v.record(text, each, 'should be an object');
const object = <T extends v.ObjectEntries>(entries: T) => v.looseObject(entries, wrong);

/** valibot says the same of an object that lacks a key as of what is none. */
function wrong({ expected }: { readonly expected: string | null }): string {
  return expected === 'Object' ? 'should be an object' : 'is absent';
}

const span = { fromMs: number, toMs: number };

const figures = object({
  count: number,
  value: number,
  mean: number,
  min: number,
  p50: number,
  p90: number,
  p95: number,
  p99: number,
  max: number,
});

const metric = object({
  type: v.picklist(['trend', 'counter', 'rate', 'gauge'], 'should be a type of metric'),
  contains: v.picklist(['default', 'time', 'data'], 'should be what the metric contains'),
  all: v.optional(figures),
  by: record(record(figures)),
});

const slice = object({ count: number, value: number, p50: number, p95: number });

const machine = object({ cpu: text, cores: number, memoryBytes: number, os: text });

const ending = object({
  kind: v.picklist(['finished', 'interrupted', 'cut-off', 'failed'], 'should be how a run ends'),
  plannedMs: orNull(number),
  ranMs: number,
  interruptedIterations: orNull(number),
  generatorCpuShare: orNull(number),
});

const levels = list(object({ atMs: number, clients: number }));

const summary = object({
  script: text,
  question: text,
  profile: text,
  site: orNull(text),
  startedAt: text,
  durationMs: number,
  url: text,
  local: flag,
  wan: flag,
  regions: list(object({ id: text, name: text, latitude: orNull(number), longitude: orNull(number) })),
  versions: object({ meridian: text, k6: text, natsServer: text, node: text }),
  machine,
  ending,
  k6ExitCode: number,
  unmeasured: list(object(span)),
  gaps: list(object({ from: text, to: text, ...span })),
  outages: list(object({ region: text, ...span, disconnects: number, returned: number, gone: number })),
  edits: list(object({ atMs: number, kind: text, region: text })),
  failures: v.optional(list(object({ kind: text, count: number, ...span, regions: list(text) }))),
  thresholds: list(object({ metric: text, expression: text, canFail: flag })),
  metrics: record(metric),
  timeSeries: object({
    sliceMs: number,
    slices: number,
    metrics: record(record(list(orNull(slice)))),
  }),
  clients: v.optional(object({ connected: v.optional(levels), withoutService: record(levels) })),
  steps: list(object({ size: number, rate: number })),
  knees: list(object({ size: number })),
  cities: list(object({ city: text, latitude: number, longitude: number })),
  runner: v.optional(object({ number, of: number })),
  merged: list(object({ startedAt: text, durationMs: number, url: text })),
  notes: list(text),
});

/** What is wrong with it first, with its place: `metrics.nats_ping.all.p50 should be a number`; undefined if it is one. */
export function problemOf(found: object): string | undefined {
  const { issues } = v.safeParse(summary, found, { abortEarly: true });
  const issue = issues?.[0];
  return issue === undefined ? undefined : `${v.getDotPath(issue) ?? 'it'} ${issue.message}`;
}

/** Only for the compiler: every summary that is written passes. */
export type Checked = Summary extends v.InferInput<typeof summary> ? true : never;
