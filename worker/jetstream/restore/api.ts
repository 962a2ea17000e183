// Requests of JetStream's API, as far as a restore needs them. Names and numbers are nats-server's.

import { type NatsConnection, RequestError } from '@nats-io/nats-core';
import type { JsonObject } from '../manifest/segment-header.ts';

/** Error codes of nats-server (server/errors.json). */
export const NO_SUCH_STREAM = 10059;

/** No server that runs is where the stream may be. */
export const NO_PEERS = 10005;

/** None of the stream's servers runs. */
export const STREAM_OFFLINE = 10118;

/** What an account is allowed is used up, or it is allowed none of the kind (of so many replicas, in memory, on disk). */
export const OVER_LIMITS: ReadonlySet<number> = new Set([10002, 10027, 10028, 10047, 10120]);

/** Without a leader a request gets no answer; an election takes seconds. */
const REQUEST_TIMEOUT_MS = 5_000;

/** What the server answered instead of what was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;

  constructor({ err_code, description }: ErrorAnswer) {
    super(`nats-server says: ${description} (${err_code})`);
    this.code = err_code;
  }
}

interface ErrorAnswer {
  readonly err_code: number;
  readonly description: string;
}

export interface StreamInfo {
  readonly config: JsonObject;
  readonly created: string;
  readonly state: StreamState;
}

export interface StreamState {
  readonly messages: number;
  readonly bytes: number;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly consumer_count: number;
}

/** @throws ApiError if the server refuses; RequestError if nobody answers */
export async function ask<T>(
  connection: NatsConnection,
  subject: string,
  body: object = {},
  timeout = REQUEST_TIMEOUT_MS,
): Promise<T> {
  const answer = await connection.request(`$JS.API.${subject}`, JSON.stringify(body), { timeout });
  return answerOf<T>(answer.data);
}

/** @throws ApiError if it is an error */
export function answerOf<T>(data: Uint8Array): T {
  const answer = JSON.parse(new TextDecoder().decode(data)) as T & { error?: ErrorAnswer };
  if (answer.error !== undefined) throw new ApiError(answer.error);
  return answer;
}

/** Undefined if there is no stream of this name. */
export async function streamInfo(
  connection: NatsConnection,
  stream: string,
): Promise<StreamInfo | undefined> {
  try {
    return await ask<StreamInfo>(connection, `STREAM.INFO.${stream}`);
  } catch (error) {
    if (error instanceof ApiError && error.code === NO_SUCH_STREAM) return undefined;
    throw error;
  }
}

/** Names of all streams of the account; with a subject, of those that take messages of it. */
export async function streamNames(connection: NatsConnection, subject?: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (;;) {
    const page = await ask<{ readonly total: number; readonly streams: readonly string[] | null }>(
      connection,
      'STREAM.NAMES',
      { offset: names.length, ...(subject !== undefined && { subject }) },
    );
    names.push(...(page.streams ?? []));
    if (names.length >= page.total || (page.streams ?? []).length === 0) return names;
  }
}

export function isNoResponders(error: unknown): boolean {
  return error instanceof RequestError && error.isNoResponders();
}
