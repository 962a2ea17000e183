// A container engine's HTTP API over its unix socket: Docker's, which podman speaks as well. What is asked of it is a
// dozen calls, for which Node's http does; dockerode, the library for it, brings gRPC, SSH and a build system.

import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { refusal, unreachable } from './engine-problem.ts';

export interface CallOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Statuses that are no errors besides those below 400. */
  readonly allow?: readonly number[];
}

export interface Answer<T> {
  readonly status: number;
  /** Undefined for an empty one. */
  readonly body: T | undefined;
}

export class EngineClient {
  /** The path of its socket. */
  readonly socket: string;

  constructor(socket: string) {
    this.socket = socket;
  }

  /** Throws an `EngineRefusal` for an answer that is an error, an `EngineUnreachable` when there is none. */
  async call<T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> {
    const response = await this.open(method, path, options);
    const body = await text(response).catch((error: Error) => {
      throw unreachable(this.socket, error);
    });
    const status = response.statusCode ?? 0;
    // An allowed error tells what is wrong in words.
    return { status, body: body === '' || status >= 400 ? undefined : (JSON.parse(body) as T) };
  }

  /** The same for an answer that is read as it comes. */
  async open(method: string, path: string, options: CallOptions = {}): Promise<IncomingMessage> {
    const { allow = [] } = options;
    const response = await this.#send(method, path, options);
    const status = response.statusCode ?? 0;
    if (status < 400 || allow.includes(status)) return response;
    throw refusal(status, await text(response).catch(() => ''));
  }

  #send(method: string, path: string, { body, signal }: CallOptions): Promise<IncomingMessage> {
    const content = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request(
        {
          socketPath: this.socket,
          method,
          path,
          // A connection that was kept could be one to an engine that has been restarted since.
          agent: false,
          headers: { host: 'docker', ...(content && { 'content-type': 'application/json' }) },
          ...(signal && { signal }),
        },
        resolve,
      );
      call.once('error', (error) =>
        reject(signal?.aborted ? signal.reason : unreachable(this.socket, error)),
      );
      call.end(content);
    });
  }
}
