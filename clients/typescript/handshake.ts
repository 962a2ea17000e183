// The first words of a client and a server on a WebSocket. nats.js does not hear that it ends in between, and waits for its whole
// timeout: here it is told, in the words that a server has for a handshake that does not end.

import type { WsConnectionOptions } from '@nats-io/nats-core';

export type Socket = Awaited<ReturnType<NonNullable<WsConnectionOptions['wsFactory']>>>['socket'];

const ENDED = 'Authentication Timeout: the connection ended before the server had answered';

export class Handshake {
  readonly #socket: Socket;
  #stage: 'silent' | 'greeted' | 'over' = 'silent';

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      if (this.#stage === 'over') return;
      // The answer to the PING that nats.js sends after CONNECT.
      const isAnswered = data instanceof ArrayBuffer && new TextDecoder().decode(data).includes('PONG');
      this.#stage = isAnswered ? 'over' : 'greeted';
    });
    socket.addEventListener('close', () => this.#tell());
  }

  /** What this class told nats.js, as against what a server said. */
  static hasEnded(error: unknown): boolean {
    return error instanceof Error && error.message.includes(ENDED);
  }

  giveUp(): void {
    this.#tell();
    this.#socket.close();
  }

  #tell(): void {
    const stage = this.#stage;
    this.#stage = 'over';
    // By the handlers of nats.js: sockets of `ws` dispatch no events that others made.
    const { onerror } = this.#socket as { onerror: ((event: Event) => void) | null };
    const message = 'it ended before the server had said a word';
    if (stage === 'silent') onerror?.(Object.assign(new Event('error'), { message }));
    if (stage === 'greeted') {
      const data = new TextEncoder().encode(`-ERR '${ENDED}'\r\n`).buffer;
      this.#socket.onmessage?.(new MessageEvent('message', { data }));
    }
  }
}
