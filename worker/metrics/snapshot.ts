// What the collector knows at one moment: types. Crosses RPC, so all of it is plain data.

import type { RegionMetrics } from '../region/server-metrics.ts';

/** A region of the configuration, and what it answered. */
export interface RegionSnapshot {
  readonly region: string;
  readonly jetstream: boolean;
  /** When it was asked, ms since the epoch. */
  readonly askedAt: number;
  /** Absent if its object did not answer: then nothing is known. */
  readonly metrics?: RegionMetrics;
}

/** How often and for how long the regions were asked, since the collector was last reset. */
export interface Surveys {
  readonly count: number;
  readonly seconds: number;
}

export interface Snapshot {
  /** ms since the epoch. */
  readonly at: number;
  /** Name of the NATS cluster. */
  readonly cluster: string;
  /** Of the configuration; 0 is the deployed one. */
  readonly version: number;
  /** In the order of the configuration. */
  readonly regions: readonly RegionSnapshot[];
  readonly surveys: Surveys;
}
