// JetStream's own API of streams, by raw requests: nats.js lays a change over what is there, so that nothing can be taken out of a
// stream's configuration, and knows no prefix for each request. https://docs.nats.io/reference/reference-protocols/nats_api_reference

import { type NatsConnection, NoRespondersError, TimeoutError } from '@nats-io/nats-core';

/** A source of a stream, or what it mirrors, in its configuration. */
export interface SourceConfig {
  readonly name: string;
  readonly filter_subject?: string;
  readonly subject_transforms?: readonly unknown[];
  readonly external?: { readonly api: string };
}

/** What is used of a stream's configuration; the rest is kept as it is. */
export interface StreamConfig {
  readonly name: string;
  readonly subjects?: readonly string[];
  readonly mirror?: SourceConfig;
  readonly sources?: readonly SourceConfig[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly retention?: string;
  /** Nanoseconds for which the ids of messages are remembered; absent of a mirror that was made without. */
  readonly duplicate_window?: number;
  readonly subject_transform?: unknown;
  readonly republish?: unknown;
}

/** How far a stream is with one source. */
export interface SourceState {
  readonly name: string;
  /** Messages that it lacks, as of when the source was heard of. */
  readonly lag: number;
  /** How long ago that was, nanoseconds; below 0 if never. */
  readonly active: number;
}

export interface StreamInfo {
  readonly config: StreamConfig;
  readonly state: { readonly messages: number; readonly last_seq: number };
  readonly mirror?: SourceState;
  readonly sources?: readonly SourceState[];
}

/** JetStream's own refusal. */
export class StreamApiError extends Error {
  override readonly name = 'StreamApiError';
  /** `err_code` of nats-server's errors. */
  readonly code: number;

  constructor(code: number, description: string) {
    super(description);
    this.code = code;
  }
}

/** Nobody answered: it may have happened, or not. */
export class StreamSilentError extends Error {
  override readonly name = 'StreamSilentError';
}

/** nats-server's `JSMirrorConfigNotUpdatable...`: it is too old to make a mirror a stream of its own. */
export const MIRROR_NOT_UPDATABLE = 10055;

/** nats-server's `JSStreamNotFoundErr` and `JSNoMessageFoundErr`. */
export const STREAM_NOT_FOUND = 10059;
const NO_MESSAGE_FOUND = 10037;

const TIMEOUT_MS = 5_000;

/** One stream, at the servers of a connection or, with another prefix, at those that they reach. */
export class StreamApi {
  readonly name: string;
  readonly #connection: NatsConnection;
  readonly #prefix: string;

  /** @param prefix `$JS.API`, or that of a domain or an import */
  constructor(connection: NatsConnection, name: string, prefix = '$JS.API') {
    this.#connection = connection;
    this.name = name;
    this.#prefix = prefix;
  }

  /** @throws StreamApiError, StreamSilentError */
  info(): Promise<StreamInfo> {
    return this.#request('INFO', '');
  }

  /** Puts this configuration in the place of the one that is there. @throws StreamApiError, StreamSilentError */
  update(config: StreamConfig): Promise<StreamInfo> {
    return this.#request('UPDATE', JSON.stringify(config));
  }

  /**
   * The sequence of the first message after another one; undefined if there is none.
   *
   * @param subject of the messages that count
   * @throws StreamApiError, StreamSilentError
   */
  async nextAfter(sequence: number, subject = '>'): Promise<number | undefined> {
    const asked = JSON.stringify({ seq: sequence + 1, next_by_subj: subject });
    try {
      const { message } = await this.#request<{ readonly message: { readonly seq: number } }>(
        'MSG.GET',
        asked,
      );
      return message.seq;
    } catch (error) {
      if (error instanceof StreamApiError && error.code === NO_MESSAGE_FOUND) return undefined;
      throw error;
    }
  }

  /** Names of the streams that take some of what is published to a subject. @throws StreamApiError, StreamSilentError */
  async takers(subject: string): Promise<readonly string[]> {
    const asked = JSON.stringify({ subject });
    const said = await this.#ask<{ readonly streams: readonly string[] | null }>('NAMES', asked);
    return said.streams ?? [];
  }

  #request<T>(call: 'INFO' | 'UPDATE' | 'MSG.GET', body: string): Promise<T> {
    return this.#ask(`${call}.${this.name}`, body);
  }

  async #ask<T>(call: string, body: string): Promise<T> {
    const subject = `${this.#prefix}.STREAM.${call}`;
    const answer = await this.#connection
      .request(subject, body, { timeout: TIMEOUT_MS })
      .catch((cause: unknown) => {
        const says = silence(cause);
        throw says === undefined ? cause : new StreamSilentError(`${subject}: ${says}`, { cause });
      });
    const { error, ...said } = answer.json<T & { error?: { err_code?: number; description?: string } }>();
    if (error !== undefined)
      throw new StreamApiError(error.err_code ?? 0, error.description ?? 'no reason given');
    return said as T;
  }
}

function silence(error: unknown): string | undefined {
  const isOf = (kind: typeof NoRespondersError | typeof TimeoutError) =>
    error instanceof kind || (error instanceof Error && error.cause instanceof kind);
  if (isOf(NoRespondersError)) return 'nobody takes this request there';
  return isOf(TimeoutError) ? 'no answer in time' : undefined;
}
