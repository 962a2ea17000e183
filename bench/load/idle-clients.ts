// Many clients that connect, stay connected, and send nothing but PONG.

import { connectNats, type NatsSocket } from './nats-socket.ts';

/** Handshakes at a time: enough to keep the servers busy, few enough for their queues. */
const CONCURRENT = 32;

/** On a busy machine a handshake may wait for many others. */
const TIMEOUT_MS = 60_000;

export interface GrowthReport {
  readonly connected: number;
  /** What went wrong so far, and how often. */
  readonly errors: Readonly<Record<string, number>>;
}

export class IdleClients {
  readonly #url: string;
  readonly #sockets = new Set<NatsSocket>();
  readonly #errors = new Map<string, number>();

  constructor(url: string) {
    this.#url = url;
  }

  /** Connects until there are this many, or this many were tried. */
  async growTo(count: number): Promise<GrowthReport> {
    let left = count - this.#sockets.size;
    const connectSome = async () => {
      while (left-- > 0) await this.#connect();
    };
    await Promise.all(Array.from({ length: CONCURRENT }, connectSome));
    return this.report();
  }

  /** A round trip on every connection. */
  async pingAll(): Promise<GrowthReport> {
    await Promise.all([...this.#sockets].map((socket) => socket.ping()));
    return this.report();
  }

  report(): GrowthReport {
    return { connected: this.#sockets.size, errors: Object.fromEntries(this.#errors) };
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  async #connect(): Promise<void> {
    try {
      // One that ends before it is connected makes connectNats reject.
      let socket: NatsSocket | undefined;
      socket = await connectNats(this.#url, {
        timeoutMs: TIMEOUT_MS,
        onEnd: (error) => {
          if (socket !== undefined && this.#sockets.delete(socket)) this.#note(error);
        },
      });
      this.#sockets.add(socket);
    } catch (error) {
      this.#note(error);
    }
  }

  #note(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#errors.set(text, (this.#errors.get(text) ?? 0) + 1);
  }
}
