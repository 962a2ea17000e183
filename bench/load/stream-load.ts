// One-way load: pairs of a publisher and a subscriber, each pair on its own subject. The subscriber acknowledges what
// it has received, so that the bytes in flight stay bounded and no server drops a slow consumer.

import { waitFor } from '../../waiting/wait-for.ts';
import { answerQuestions, askUntilAnswered } from './interest.ts';
import { connectNats, type NatsSocket } from './nats-socket.ts';
import { type Content, payloadOf } from './payload.ts';

export interface PairOptions {
  readonly url: string;
  /** The text of a credentials file. Absent: anybody may connect. */
  readonly creds?: string | undefined;
  readonly pairs: number;
  readonly payloadBytes: number;
  /** Each message in a WebSocket frame of its own. Default: as many in one as fit. */
  readonly isFramedEach?: boolean;
  /** Default: one letter. */
  readonly content?: Content;
  /** Bytes in flight at most, of all pairs. Default: far more than any path of one machine holds. */
  readonly windowBytes?: number;
}

/** Bytes in flight at most: far more than any path of one machine holds, far less than nats-server's 64 MiB. */
const WINDOW_BYTES = 8 * 1024 * 1024;
const ACKS_PER_WINDOW = 8;

/** Written to the socket at a time: as much as nats.js gathers. */
const BATCH_BYTES = 64 * 1024;

/** Of 64 KiB: a repetition is farther back than S2 looks, which compresses at most 1 MiB in one. */
const DISTINCT_BATCHES = 32;

/** Between two checks whether all have arrived. */
const POLL_MS = 2;

/** Messages between two acknowledgements. */
function messagesPerAck({ pairs, payloadBytes, windowBytes = WINDOW_BYTES }: PairOptions): number {
  return Math.max(1, Math.floor(windowBytes / ACKS_PER_WINDOW / pairs / (payloadBytes + 32)));
}

/** The subscribers of all pairs. */
export class Sink {
  readonly #sockets: NatsSocket[] = [];
  #count = 0;
  #first = 0;
  #last = 0;
  #failure: Error | undefined;

  static async open(options: PairOptions): Promise<Sink> {
    const sink = new Sink();
    for (let pair = 0; pair < options.pairs; pair++) await sink.#add(pair, options);
    sink.#sockets.push(await answerQuestions(options));
    return sink;
  }

  get serverName(): string {
    return this.#sockets[0]?.serverName ?? '';
  }

  /** Waits for this many messages, then resets the count. The rate is measured from the first chunk to the last. */
  async received(count: number, timeoutMs: number): Promise<{ readonly elapsedMs: number }> {
    const isOver = () => this.#count >= count || this.#failure !== undefined;
    await waitFor(`${count} messages`, { timeoutMs, pollMs: POLL_MS }, isOver).catch((cause: unknown) => {
      throw new Error(`${this.#count} of ${count} messages arrived`, { cause });
    });
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#count !== count) throw new Error(`${this.#count} messages arrived, of ${count}`);
    const elapsedMs = this.#last - this.#first;
    this.#count = 0;
    return { elapsedMs };
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  async #add(pair: number, options: PairOptions): Promise<void> {
    const perAck = messagesPerAck(options);
    let count = 0;
    let acked = 0;
    const socket = await connectNats(options.url, {
      creds: options.creds,
      onMessage: () => {
        if (this.#count === 0) this.#first = performance.now();
        this.#count += 1;
        count += 1;
      },
      onChunk: () => {
        this.#last = performance.now();
        while (count - acked >= perAck) {
          acked += perAck;
          socket.write(`PUB ack.${pair} 0\r\n\r\n`);
        }
      },
      onEnd: (error) => {
        this.#failure = error;
      },
    });
    this.#sockets.push(socket);
    socket.write(`SUB bench.${pair} 1\r\n`);
    await socket.ping();
  }
}

/** The publishers of all pairs. */
export class Source {
  readonly #publishers: Publisher[] = [];

  static async open(options: PairOptions): Promise<Source> {
    const source = new Source();
    for (let pair = 0; pair < options.pairs; pair++)
      source.#publishers.push(await Publisher.open(pair, options));
    await askUntilAnswered(options);
    return source;
  }

  get serverName(): string {
    return this.#publishers[0]?.socket.serverName ?? '';
  }

  /** Publishes for this long; returns the number of messages. */
  async publish(durationMs: number): Promise<number> {
    const counts = await Promise.all(this.#publishers.map((publisher) => publisher.publish(durationMs)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  close(): void {
    for (const { socket } of this.#publishers) socket.close();
  }
}

class Publisher {
  readonly socket: NatsSocket;
  /** Sent in turn, for ever. */
  readonly #batches: readonly Buffer[];
  #next = 0;
  readonly #batchMessages: number;
  readonly #window: number;
  readonly #acks: Acks;
  readonly #perAck: number;
  #sent = 0;

  private constructor(socket: NatsSocket, acks: Acks, pair: number, options: PairOptions) {
    const line = `PUB bench.${pair} ${options.payloadBytes}\r\n`;
    const message = (number: number) =>
      Buffer.concat([
        Buffer.from(line),
        payloadOf(options.content ?? 'same', options.payloadBytes, number),
        Buffer.from('\r\n'),
      ]);
    this.socket = socket;
    this.#acks = acks;
    this.#perAck = messagesPerAck(options);
    this.#batchMessages = Math.max(1, Math.floor(BATCH_BYTES / message(0).length));
    const batchOf = (_: unknown, batch: number) => {
      const first = batch * this.#batchMessages;
      const messages = Array.from({ length: this.#batchMessages }, (_, index) => message(first + index));
      return options.isFramedEach === true
        ? Buffer.concat(messages.map((each) => socket.prepare(each)))
        : socket.prepare(Buffer.concat(messages));
    };
    const isSame = (options.content ?? 'same') === 'same';
    this.#batches = Array.from({ length: isSame ? 1 : DISTINCT_BATCHES }, batchOf);
    this.#window = Math.max(this.#perAck * ACKS_PER_WINDOW, this.#batchMessages * 2);
  }

  static async open(pair: number, options: PairOptions): Promise<Publisher> {
    const acks = new Acks();
    const socket = await connectNats(options.url, {
      creds: options.creds,
      onMessage: () => acks.note(),
      onEnd: (error) => acks.fail(error),
    });
    socket.write(`SUB ack.${pair} 1\r\n`);
    await socket.ping();
    return new Publisher(socket, acks, pair, options);
  }

  async publish(durationMs: number): Promise<number> {
    const before = this.#sent;
    const end = performance.now() + durationMs;
    while (performance.now() < end) {
      while (this.#sent + this.#batchMessages - this.#acks.count * this.#perAck > this.#window)
        await this.#acks.next();
      const goesOn = this.socket.send(this.#nextBatch());
      this.#sent += this.#batchMessages;
      if (!goesOn) await this.socket.drained();
    }
    return this.#sent - before;
  }

  #nextBatch(): Buffer {
    const batch = this.#batches[this.#next % this.#batches.length];
    this.#next += 1;
    if (batch === undefined) throw new Error('there is no batch');
    return batch;
  }
}

/** Acknowledgements as they come. */
class Acks {
  count = 0;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  note(): void {
    this.count += 1;
    this.#wake?.();
  }

  fail(error: Error): void {
    this.#failure = error;
    this.#wake?.();
  }

  async next(): Promise<void> {
    if (this.#failure === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#failure !== undefined) throw this.#failure;
  }
}
