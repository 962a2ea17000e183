// The two load processes of a benchmark: one publishes and asks, the other receives and answers.

import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../child.ts';
import type { Content } from './payload.ts';
import type { LoadMethods } from './process.ts';

const FILE = fileURLToPath(new URL('process.ts', import.meta.url));

/** A path slower than this has failed. */
const DELIVERY_TIMEOUT_MS = 30_000;
const MS_PER_SECOND = 1000;

export interface ClientsOptions {
  readonly enter?: readonly string[] | undefined;
  readonly signal: AbortSignal;
  readonly profile?: string | undefined;
}

export interface Ends {
  /** Where publishers and requesters connect. */
  readonly near: string;
  /** Where subscribers and responders connect. */
  readonly far: string;
  /** Of all of them; the text of a credentials file. Absent: anybody may connect. */
  readonly creds?: string | undefined;
}

export interface Shape {
  readonly pairs: number;
  readonly payloadBytes: number;
  readonly durationMs: number;
  /** Each message published in a WebSocket frame of its own. */
  readonly isFramedEach?: boolean;
  /** Default: one letter. */
  readonly content?: Content;
  /** Bytes in flight at most. Default: far more than any path of one machine holds. */
  readonly windowBytes?: number;
}

export interface OneWay {
  /** Messages in all. */
  readonly count: number;
  readonly perSecond: number;
}

/** The payloads with which loads are measured. */
export const MESSAGE_SIZES: readonly (readonly [text: string, bytes: number])[] = [
  ['16 B', 16],
  ['128 B', 128],
  ['4 KiB', 4096],
  ['256 KiB', 262_144],
];

export class LoadClients implements AsyncDisposable {
  readonly near: Child<LoadMethods>;
  readonly far: Child<LoadMethods>;

  constructor(options: ClientsOptions) {
    this.near = startChild({ file: FILE, ...options });
    this.far = startChild({ file: FILE, ...options });
  }

  /** From the publishers to the subscribers; all of them arrived. */
  async oneWay({ near, far, creds }: Ends, { durationMs, ...load }: Shape): Promise<OneWay> {
    await this.far.call.openSink({ url: far, creds, ...load });
    await this.near.call.openSource({ url: near, creds, ...load });
    const count = await this.near.call.publish({ durationMs });
    const { elapsedMs } = await this.far.call.received({ count, timeoutMs: DELIVERY_TIMEOUT_MS });
    await this.closeLoads();
    return { count, perSecond: (count / elapsedMs) * MS_PER_SECOND };
  }

  /** Requests answered per second with this many in flight per pair, or the latency of each with one in flight. */
  async requests(ends: Ends, { durationMs, ...load }: Shape, inFlight: number) {
    await this.openRequests(ends, load);
    const result = await this.near.call.request({ durationMs, inFlight });
    await this.closeLoads();
    return { ...result, perSecond: (result.count / result.elapsedMs) * MS_PER_SECOND };
  }

  /** Requesters and responders, for requests at any later time. */
  async openRequests(
    { near, far, creds }: Ends,
    { pairs, payloadBytes }: Pick<Shape, 'pairs' | 'payloadBytes'>,
  ): Promise<void> {
    await this.far.call.openResponder({ url: far, creds, pairs, payloadBytes });
    await this.near.call.openRequester({ url: near, creds, pairs, payloadBytes });
  }

  async closeLoads(): Promise<void> {
    await Promise.all([this.near.call.closeLoad(), this.far.call.closeLoad()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.near.close(), this.far.close()]);
  }
}
