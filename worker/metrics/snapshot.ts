// What the collector knows at one moment: types. Crosses RPC, so all of it is plain data.

import type { EditFact } from '../../api/forecast-facts.ts';
import type { SeenState } from '../../api/states.ts';
import type { RegionMetrics } from '../region/server-figures.ts';
import type { SessionFigures } from '../sessions/session-figures.ts';
import type { SinkStatus } from './sink-status.ts';
import type { Path, VisitCount } from './visits.ts';

/** A region of ours, and what it answered. */
export interface RegionSnapshot {
  readonly region: string;
  readonly jetstream: boolean;
  /** Whether the configuration takes it out of service. */
  readonly drained: boolean;
  /** When it was asked, ms since the epoch. */
  readonly askedAt: number;
  /** Absent if its object did not answer: then nothing is known. */
  readonly metrics?: RegionMetrics;
}

/** An external region, as the collector sees it. What its servers have nobody here knows. */
export interface ExternalSnapshot {
  readonly region: string;
  readonly drained: boolean;
  readonly state: SeenState;
  readonly since: number;
  /** How long the look took; absent if it failed. */
  readonly tookMs?: number;
}

/** How often and for how long the regions were asked, since the collector was last reset. */
export interface Surveys {
  readonly count: number;
  readonly seconds: number;
}

/** What the Keeper knows of the JetStream servers. */
export interface AdmissionSnapshot {
  readonly members: readonly { readonly region: string; readonly state: 'empty' | 'joining' | 'full' }[];
  /** Whether JetStream, or some of its streams, serve nobody. */
  readonly hasProblem: boolean;
  /** Streams that no server has any more. */
  readonly lostStreams: number;
}

/** What became of the clients that asked to be connected, since this deployment began to count. */
export interface Visits {
  /** Wherever they come from. */
  readonly totals: readonly VisitCount[];
  /** Those that a region took, by country and region. */
  readonly places: readonly VisitCount[];
  /** Of the last hour. */
  readonly paths: readonly Path[];
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
  /** Absent if there are none. */
  readonly external?: readonly ExternalSnapshot[];
  readonly surveys: Surveys;
  /** Absent without JetStream, without details, or if the Keeper does not answer. */
  readonly admission?: AdmissionSnapshot;
  /** Absent without details. */
  readonly visits?: Visits;
  /** Of the newest edit. Absent without details, or if there was none. */
  readonly forecast?: EditFact | undefined;
  /** Of all sessions. Absent without details, while sessions are off, or if their registry does not answer. */
  readonly sessions?: SessionFigures | undefined;
  /** Where metrics are pushed to. Absent without details. */
  readonly sinks?: readonly SinkStatus[];
}

/** When, and whose. */
export type Origin = Pick<Snapshot, 'at' | 'cluster' | 'version'>;
