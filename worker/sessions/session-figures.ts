// What the registry measures of all sessions, for metrics: a type, and the counters, which outlive its resets.

import type { SessionState } from '../../api/sessions.ts';

/** Plain data: it crosses RPC. */
export interface SessionFigures {
  /** How many there are, by state; all states. */
  readonly states: Readonly<Record<SessionState, number>>;
  /** Of those whose server answered when it was last asked, within a minute. */
  readonly clients: number;
  /** How many servers that was. */
  readonly answered: number;
  readonly counted: SessionCounts;
}

/** Since this deployment began to count. */
export interface SessionCounts {
  /** Creations that were refused, by whose quota. */
  readonly refusedByOwner: number;
  readonly refusedByAll: number;
  /** Servers that came up, and how long that took in all. */
  readonly starts: number;
  readonly startSeconds: number;
  /** Servers that did not come up. */
  readonly failedStarts: number;
}

const KEY = 'counts';

const NOTHING: SessionCounts = {
  refusedByOwner: 0,
  refusedByAll: 0,
  starts: 0,
  startSeconds: 0,
  failedStarts: 0,
};

interface CountsKept {
  get(key: string): SessionCounts | undefined;
  put(key: string, counts: SessionCounts): void;
}

export class SessionCounters {
  readonly #kv: CountsKept;

  constructor(kv: CountsKept) {
    this.#kv = kv;
  }

  get counts(): SessionCounts {
    return this.#kv.get(KEY) ?? NOTHING;
  }

  refused(of: 'owner' | 'all'): void {
    const { counts } = this;
    if (of === 'owner') this.#put({ ...counts, refusedByOwner: counts.refusedByOwner + 1 });
    else this.#put({ ...counts, refusedByAll: counts.refusedByAll + 1 });
  }

  started(ms: number): void {
    const { counts } = this;
    const startSeconds = counts.startSeconds + ms / 1_000;
    this.#put({ ...counts, starts: counts.starts + 1, startSeconds });
  }

  failed(): void {
    const { counts } = this;
    this.#put({ ...counts, failedStarts: counts.failedStarts + 1 });
  }

  #put(counts: SessionCounts): void {
    this.#kv.put(KEY, counts);
  }
}
