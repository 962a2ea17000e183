// Which streams a server leads, and how they are, as its monitoring says (`/jsz`). Pure.

import type { ConsumerBackup, JsonObject } from '../manifest/segment-header.ts';
import { isBeingRestored } from '../restore/target.ts';

interface Position {
  readonly consumer_seq: number;
  readonly stream_seq: number;
}

export interface ConsumerAnswer {
  readonly name: string;
  readonly config?: JsonObject;
  readonly delivered: Position;
  readonly ack_floor: Position;
}

/** What nats-server says of a stream's messages. */
export interface StateAnswer {
  readonly messages?: number;
  readonly bytes?: number;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly num_deleted?: number;
  readonly consumer_count: number;
}

/** Only which they are: `LedJsz` without the rest. */
export const LEADS_QUERY = 'jsz?accounts=1&streams=1&stream-leader-only=1';

/** `/jsz?accounts=1&streams=1&consumers=1&config=1&stream-leader-only=1`, in part. */
export interface LedJsz {
  readonly account_details?: readonly {
    readonly id: string;
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly created: string;
      readonly config: JsonObject;
      readonly state: StateAnswer;
      readonly consumer_detail?: readonly ConsumerAnswer[];
    }[];
  }[];
}

export const LED_QUERY = 'jsz?accounts=1&streams=1&consumers=1&config=1&stream-leader-only=1';

/** A stream that the server leads, at the time of the look. */
export interface LedStream {
  readonly account: string;
  readonly stream: string;
  /** RFC 3339. */
  readonly created: string;
  readonly config: JsonObject;
  readonly state: StateAnswer;
  /** Durable ones. */
  readonly consumers: readonly ConsumerBackup[];
  /** Whether those are all: others may run on other servers only. */
  readonly hasAllConsumers: boolean;
}

/** Without those that are being restored: what a part of a stream looks like would be its newest backup. */
export function ledStreams({ account_details = [] }: LedJsz): readonly LedStream[] {
  return account_details.flatMap(({ id, stream_detail = [] }) =>
    stream_detail
      .filter(({ config }) => !isBeingRestored(config))
      .map(({ name, created, config, state, consumer_detail = [] }) => ({
        account: id,
        stream: name,
        created,
        config,
        state,
        consumers: consumerBackups(consumer_detail),
        hasAllConsumers: consumer_detail.length >= state.consumer_count,
      })),
  );
}

/** A stream by its account and its name. */
export type StreamKey = Pick<LedStream, 'account' | 'stream'>;

/** A stream that the server leads: which it is, how far it has come, and how large its messages are. */
export interface LedPosition extends StreamKey {
  readonly lastSeq: number;
  /** On average; 0 if it has none. */
  readonly messageBytes: number;
}

/** All that it leads, also those that are being restored. */
export function ledPositions({ account_details = [] }: LedJsz): readonly LedPosition[] {
  return account_details.flatMap(({ id, stream_detail = [] }) =>
    stream_detail.map(({ name, state: { last_seq: lastSeq, messages = 0, bytes = 0 } }) => ({
      ...{ account: id, stream: name, lastSeq },
      messageBytes: messages === 0 ? 0 : bytes / messages,
    })),
  );
}

/** About how many bytes it has behind a message, deleted ones counted with them. */
export function bytesBehind({ lastSeq, messageBytes }: LedPosition, sequence: number): number {
  return Math.max(0, lastSeq - sequence) * messageBytes;
}

/** The durable ones of them by name: those that are not end with their client. */
export function consumerBackups(answers: readonly ConsumerAnswer[]): readonly ConsumerBackup[] {
  return answers
    .flatMap(({ name, config, delivered, ack_floor }) =>
      config?.durable_name === undefined
        ? []
        : [{ name, config, delivered: pair(delivered), ackFloor: pair(ack_floor) }],
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function pair({ consumer_seq, stream_seq }: Position) {
  return { consumer: consumer_seq, stream: stream_seq };
}
