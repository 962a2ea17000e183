// What one run observes. Times are in milliseconds since the epoch.

import type { SeenState } from '../../api/states.ts';
import type { Blow } from './plan.ts';

/** A message whose publisher has its acknowledgement. */
export interface Acknowledged {
  readonly id: string;
  readonly seq: number;
  readonly at: number;
}

/** The replica of the stream on one server, as that server tells it. */
export interface Reading {
  readonly at: number;
  /** 0 where the server has no such stream. */
  readonly lastSeq: number;
}

/** A server from one start to its end: what it stored ends with it. */
export interface Life {
  readonly region: string;
  readonly begunAt: number;
  /** Absent: it lives. */
  readonly endedAt?: number;
  /** What was done to it, if anything, and when. */
  readonly blow?: Blow;
  readonly struckAt?: number;
  readonly readings: readonly Reading[];
}

/** A blow that was dealt. */
export interface Struck {
  readonly region: string;
  readonly blow: Blow;
  readonly at: number;
  /** Meridian's words, where it refused. */
  readonly refused?: string;
}

/** A message that a consumer was given. */
export interface Delivery {
  readonly consumer: string;
  readonly id: string;
  /** Which delivery of the consumer it was, as the server that sent it counted: from 1. */
  readonly consumerSeq: number;
  readonly at: number;
}

/** What the pages said at one time. */
export interface PagesLook {
  readonly at: number;
  /** `/health`; absent if it gave no answer. */
  readonly isHealthy?: boolean;
  /** `/api/regions`, the JetStream regions only; absent if it gave no answer. */
  readonly states?: Readonly<Record<string, SeenState>>;
  /** What regions told of problems. */
  readonly problems: Readonly<Record<string, string>>;
}

export interface Observed {
  readonly struck: readonly Struck[];
  readonly acknowledged: readonly Acknowledged[];
  /** How often a publish failed, by message. */
  readonly failures: Readonly<Record<string, number>>;
  readonly lives: readonly Life[];
  readonly deliveries: readonly Delivery[];
  /** When the server confirmed an acknowledgement: `<consumer> <id>` -> time. */
  readonly confirmed: ReadonlyMap<string, number>;
  readonly looks: readonly PagesLook[];
  /** In the end: id -> sequence. Undefined if the stream could not be read. */
  readonly stored: ReadonlyMap<string, number> | undefined;
  /** Why the stream could not be read, or never was whole again. */
  readonly troubles: readonly string[];
  /** When the servers that were struck were let come back. */
  readonly healedAt: number;
  /** When the stream was whole again; absent if it never was. */
  readonly wholeAt?: number;
  /** When the publishers were stopped. */
  readonly publishedUntil: number;
}

export const confirmationOf = (consumer: string, id: string): string => `${consumer} ${id}`;
