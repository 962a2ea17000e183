// How the collector is reached, and what can be asked of it.

import type { EditFact, Foreseen } from '../../api/forecast-facts.ts';
import type { Env } from '../env.ts';
import type { MetricsWanted } from '../region/server-figures.ts';
import type { Point } from './history.ts';
import type { Snapshot } from './snapshot.ts';
import type { VisitedHour } from './visit-book.ts';
import type { VisitBatch } from './visits.ts';

/** Which part of the last day. */
export interface HistoryQuery {
  /** How far back, ms. */
  readonly lastMs: number;
  /** One point for each so many ms, or as few more as make whole tens of seconds. */
  readonly everyMs: number;
}

/** What the Worker calls, over RPC. */
export interface CollectorMethods {
  /** Begins to collect, unless it does already. */
  begin(): Promise<void>;
  /** What is known now: of the last two seconds, or asked anew. */
  snapshot(wanted: MetricsWanted): Promise<Snapshot>;
  history(query: HistoryQuery): Promise<readonly Point[]>;
  /** What an isolate has counted. */
  visits(batch: VisitBatch): Promise<void>;
  /** What an edit, which has just been made, is to do. */
  foreseen(foreseen: Foreseen): Promise<void>;
  /** What was forecast for the last edits, and what happened, newest first. */
  forecasts(): Promise<readonly EditFact[]>;
  /** Who came in the last day, by hour. */
  traffic(): Promise<readonly VisitedHour[]>;
}

/** The name of the only object. */
const COLLECTOR_NAME = 'metrics';

/** The only collector; undefined if the deployment has none. */
export function metricsCollector(env: Env): CollectorMethods | undefined {
  return env.METRICS?.getByName(COLLECTOR_NAME) as CollectorMethods | undefined;
}
