// One place that metrics are pushed to: what waits for it, what became of it. Nothing here waits for a sink but its own
// queue.

import type { SinkConfig } from '../../regions/export-schema.ts';
import { messageOf } from '../message-of.ts';
import type { Batch } from './batch.ts';
import { type Outcome, outcomeOf, shownText } from './sink-answer.ts';
import { DROP_REASONS, type DropReason, type SinkStatus } from './sink-status.ts';

/** What a sink needs of the world. */
export interface SinkMeans {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** The value of a secret of the Worker. */
  readonly secretOf: (name: string) => string | undefined;
}

/** With four sinks a quarter of the memory that an object has. */
export const MOST_QUEUED_BYTES = 8 * 1024 * 1024;

export const ANSWER_WITHIN_MS = 10_000;

/** The first wait after a failure; each further one is twice as long. */
const FIRST_WAIT_MS = 10_000;
export const LONGEST_WAIT_MS = 5 * 60_000;
/** Of what a sink itself asks for. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** `name: value`, of visible characters. */
const HEADER = /^([A-Za-z0-9-]+):\s*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)\s*$/;

export class Sink {
  readonly #config: SinkConfig;
  readonly #means: SinkMeans;
  #queue: readonly Batch[] = [];
  readonly #dropped = Object.fromEntries(DROP_REASONS.map((reason) => [reason, 0])) as Record<
    DropReason,
    number
  >;
  #sent = 0;
  #retries = 0;
  #lastSentAt: number | undefined;
  /** In a row. */
  #failures = 0;
  #notBefore = 0;
  #isSending = false;
  #isClosed = false;
  #sending: AbortController | undefined;
  #problem = '';

  constructor(config: SinkConfig, means: SinkMeans) {
    this.#config = config;
    this.#means = means;
  }

  get status(): SinkStatus {
    const { type, url, secret } = this.#config;
    return {
      type,
      url: withoutQuery(url),
      ...(secret !== undefined && { secret }),
      sent: this.#sent,
      queued: samplesOf(this.#queue),
      dropped: { ...this.#dropped },
      retries: this.#retries,
      ...(this.#lastSentAt !== undefined && { lastSentAt: this.#lastSentAt }),
    };
  }

  /** Never waits. The oldest make room. */
  put(batch: Batch): void {
    this.#queue = [...this.#queue, batch];
    this.#trim();
  }

  /** It is not in the configuration any more: it gets nothing from now on, not even the rest of what is being sent. */
  close(): void {
    this.#isClosed = true;
    this.#queue = [];
    this.#sending?.abort();
  }

  /** Sends what waits, the oldest first, unless it is too early or it does already. Never rejects. */
  async flush(): Promise<void> {
    if (this.#isSending || this.#isTooEarly) return;
    this.#isSending = true;
    for (let batch = this.#take(); batch !== undefined; batch = this.#take()) {
      const outcome = await this.#send(batch);
      if (this.#isClosed) break;
      this.#tell(outcome.problem);
      if (outcome.kind === 'later') {
        this.#wait(outcome.afterMs);
        this.#queue = [batch, ...this.#queue];
        this.#trim();
        break;
      }
      this.#failures = 0;
      if (outcome.kind === 'dropped') this.#dropped[outcome.reason] += batch.samples;
      else {
        const rejected = Math.min(batch.samples, outcome.rejected);
        this.#sent += batch.samples - rejected;
        this.#dropped.rejected += rejected;
        this.#lastSentAt = this.#means.now();
      }
    }
    this.#isSending = false;
  }

  /** A wait that is longer than there can be is from a clock that was ahead. */
  get #isTooEarly(): boolean {
    const ms = this.#notBefore - this.#means.now();
    return ms > 0 && ms <= LONGEST_RETRY_AFTER_MS;
  }

  #take(): Batch | undefined {
    const [first, ...others] = this.#queue;
    this.#queue = others;
    return first;
  }

  #trim(): void {
    let bytes = this.#queue.reduce((all, { body }) => all + body.length, 0);
    while (bytes > MOST_QUEUED_BYTES && this.#queue.length > 1) {
      const oldest = this.#take();
      bytes -= oldest?.body.length ?? 0;
      this.#dropped.full += oldest?.samples ?? 0;
    }
  }

  #wait(afterMs: number | undefined): void {
    this.#retries += 1;
    const own = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    // Shortened at random, so that several collectors do not come in step.
    const ms = afterMs ?? own * (1 - this.#means.random() / 2);
    this.#notBefore = this.#means.now() + Math.min(LONGEST_RETRY_AFTER_MS, ms);
  }

  async #send({ headers, body }: Batch): Promise<Outcome> {
    const header = this.#header();
    if (header === undefined) {
      const problem = `the secret ${this.#config.secret} is not there, or is no header such as "Authorization: Bearer ..."`;
      return { kind: 'dropped', reason: 'no-secret', problem };
    }
    const abort = new AbortController();
    this.#sending = abort;
    const timer = setTimeout(() => abort.abort(), ANSWER_WITHIN_MS);
    try {
      const init = { method: 'POST', headers: { ...headers, ...header }, body, signal: abort.signal };
      const response = await this.#means.fetch(this.#config.url, { ...init, redirect: 'manual' });
      return await outcomeOf(this.#config.type, response, this.#means.now());
    } catch (error) {
      const problem = abort.signal.aborted ? `no answer within ${ANSWER_WITHIN_MS} ms` : messageOf(error);
      return { kind: 'later', problem };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Empty without a secret; undefined if there should be one. */
  #header(): Readonly<Record<string, string>> | undefined {
    const { secret } = this.#config;
    if (secret === undefined) return {};
    const [, name, value] = HEADER.exec(this.#means.secretOf(secret) ?? '') ?? [];
    return name === undefined || value === undefined ? undefined : { [name]: value };
  }

  /** Once for each problem, not every ten seconds. */
  #tell(problem: string): void {
    const { type, url } = this.#config;
    const shown = shownText(problem, [
      ...Object.values(this.#header() ?? {}),
      url.slice(withoutQuery(url).length + 1),
    ]);
    if (shown !== '' && shown !== this.#problem)
      console.warn(`metrics to ${type} ${withoutQuery(url)}: ${shown}`);
    this.#problem = shown;
  }
}

function samplesOf(batches: readonly Batch[]): number {
  return batches.reduce((all, { samples }) => all + samples, 0);
}

/** It may have a key. */
function withoutQuery(url: string): string {
  return url.replace(/\?.*$/, '');
}
