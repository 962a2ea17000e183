// The benchmarks by name, in the order in which they run.

import { backup } from './backup/backup.ts';
import { restore } from './backup/restore.ts';
import { connect } from './connect/connect.ts';
import type { Benchmark } from './context.ts';
import { decision } from './decision/decision.ts';
import { distance } from './distance/distance.ts';
import { flood } from './distance/flood.ts';
import { doors } from './doors/doors.ts';
import { edge } from './edge/edge.ts';
import { firstVisit } from './first-visit/first-visit.ts';
import { growth } from './growth/growth.ts';
import { handOff } from './hand-off/hand-off.ts';
import { members } from './members/members.ts';
import { memory } from './memory/memory.ts';
import { mesh } from './mesh/mesh.ts';
import { metrics } from './metrics/metrics.ts';
import { start } from './start/start.ts';
import { twelve } from './twelve/twelve.ts';
import { wan } from './wan/wan.ts';

export const BENCHMARKS = {
  edge,
  connect,
  mesh,
  distance,
  flood,
  wan,
  decision,
  'hand-off': handOff,
  'first-visit': firstVisit,
  metrics,
  start,
  memory,
  growth,
  twelve,
  members,
  doors,
  backup,
  restore,
} as const satisfies Readonly<Record<string, Benchmark>>;

export type BenchmarkName = keyof typeof BENCHMARKS;

export const BENCHMARK_NAMES = Object.keys(BENCHMARKS) as readonly BenchmarkName[];
