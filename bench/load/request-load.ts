// Request/reply load: requesters that keep a number of requests in flight, and responders that answer with as many
// bytes as they were sent.

import { percentile } from '../statistics.ts';
import { answerQuestions, askUntilAnswered } from './interest.ts';
import { connectNats, type NatsSocket } from './nats-socket.ts';
import type { PairOptions } from './stream-load.ts';

const CRLF = '\r\n';

/** The responders of all pairs. */
export class Responder {
  readonly #sockets: NatsSocket[] = [];

  static async open(options: PairOptions): Promise<Responder> {
    const responder = new Responder();
    for (let pair = 0; pair < options.pairs; pair++) await responder.#add(pair, options);
    responder.#sockets.push(await answerQuestions(options));
    return responder;
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  async #add(pair: number, { url, creds, payloadBytes }: PairOptions): Promise<void> {
    const body = `${'x'.repeat(payloadBytes)}${CRLF}`;
    let replies: string[] = [];
    const socket = await connectNats(url, {
      creds,
      wantsReply: true,
      onMessage: (_, reply) => replies.push(`PUB ${reply} ${payloadBytes}${CRLF}${body}`),
      onChunk: () => {
        if (replies.length === 0) return;
        socket.write(replies.join(''));
        replies = [];
      },
    });
    this.#sockets.push(socket);
    socket.write(`SUB service.${pair} 1${CRLF}`);
    await socket.ping();
  }
}

export interface RequestOptions {
  readonly durationMs: number;
  /** Requests on their way at a time, per pair. */
  readonly inFlight: number;
}

export interface RequestResult {
  readonly count: number;
  readonly elapsedMs: number;
  /** Of every request, when one was in flight at a time; otherwise NaN. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The requesters of all pairs. */
export class Requester {
  readonly #clients: RequestClient[] = [];

  static async open(options: PairOptions): Promise<Requester> {
    const requester = new Requester();
    for (let pair = 0; pair < options.pairs; pair++)
      requester.#clients.push(await RequestClient.open(pair, options));
    await askUntilAnswered(options);
    return requester;
  }

  async request(options: RequestOptions): Promise<RequestResult> {
    const started = performance.now();
    const results = await Promise.all(this.#clients.map((client) => client.request(options)));
    const latencies = results.flatMap((result) => result.latencies);
    return {
      count: results.reduce((sum, { count }) => sum + count, 0),
      elapsedMs: performance.now() - started,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
    };
  }

  close(): void {
    for (const client of this.#clients) client.socket.close();
  }
}

interface Run {
  readonly end: number;
  readonly latencies: number[];
  readonly isTimed: boolean;
  sentAt: number;
  inFlight: number;
  count: number;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

class RequestClient {
  readonly socket: NatsSocket;
  readonly #request: string;
  #run: Run | undefined;
  /** Replies since the last look. */
  #answered = 0;

  private constructor(socket: NatsSocket, request: string) {
    this.socket = socket;
    this.#request = request;
  }

  static async open(pair: number, { url, creds, payloadBytes }: PairOptions): Promise<RequestClient> {
    // The socket exists before the client: until then there is nothing to answer.
    let client: RequestClient | undefined;
    const socket = await connectNats(url, {
      creds,
      onMessage: () => {
        client?.noteReply();
      },
      onChunk: () => client?.goOn(),
      onEnd: (error) => client?.fail(error),
    });
    const request = `PUB service.${pair} inbox.${pair} ${payloadBytes}${CRLF}${'x'.repeat(payloadBytes)}${CRLF}`;
    client = new RequestClient(socket, request);
    socket.write(`SUB inbox.${pair} 1${CRLF}`);
    await socket.ping();
    return client;
  }

  async request({ durationMs, inFlight }: RequestOptions): Promise<Run> {
    return new Promise((resolve, reject) => {
      const run: Run = {
        end: performance.now() + durationMs,
        latencies: [],
        isTimed: inFlight === 1,
        sentAt: performance.now(),
        inFlight,
        count: 0,
        done: () => resolve(run),
        failed: reject,
      };
      this.#run = run;
      this.#answered = 0;
      this.socket.write(this.#request.repeat(inFlight));
    });
  }

  noteReply(): void {
    this.#answered += 1;
  }

  fail(error: Error): void {
    this.#run?.failed(error);
  }

  /** After a chunk: as many new requests as answers have come, until time is up. */
  goOn(): void {
    const run = this.#run;
    const answered = this.#answered;
    if (run === undefined || answered === 0) return;
    this.#answered = 0;
    const now = performance.now();
    run.count += answered;
    if (run.isTimed) run.latencies.push(now - run.sentAt);
    if (now < run.end) {
      run.sentAt = now;
      this.socket.write(answered === 1 ? this.#request : this.#request.repeat(answered));
      return;
    }
    run.inFlight -= answered;
    if (run.inFlight > 0) return;
    this.#run = undefined;
    run.done();
  }
}
