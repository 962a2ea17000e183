// A NATS client of bare TCP, for tests inside workerd.

import { connect } from 'cloudflare:sockets';
import { eventually } from './eventually.ts';

export class NatsClient {
  readonly #socket: Socket;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #received = '';

  private constructor(port: number) {
    this.#socket = connect({ hostname: '127.0.0.1', port });
    this.#writer = this.#socket.writable.getWriter();
    void this.#read();
  }

  /**
   * Resolves when the server has let it in.
   *
   * @param user whose password is the same; absent: nobody
   */
  static async open(port: number, user?: string): Promise<NatsClient> {
    const client = new NatsClient(port);
    const credentials = user === undefined ? {} : { user, pass: user };
    await client.send(`CONNECT ${JSON.stringify({ verbose: false, pedantic: false, ...credentials })}\r\n`);
    await client.flush();
    return client;
  }

  async subscribe(subject: string): Promise<void> {
    await this.send(`SUB ${subject} 1\r\n`);
    await this.flush();
  }

  async publish(subject: string, payload: string): Promise<void> {
    await this.send(`PUB ${subject} ${payload.length}\r\n${payload}\r\n`);
    await this.flush();
  }

  /** Resolves when a message with this payload has come. */
  async received(payload: string): Promise<void> {
    await eventually(`the message ${payload}`, () => this.#received.includes(`\r\n${payload}\r\n`));
  }

  async close(): Promise<void> {
    this.#writer.releaseLock();
    await this.#socket.close();
  }

  async send(text: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(text));
  }

  /** Resolves when the server has done all that it was told before. */
  async flush(): Promise<void> {
    this.#received = this.#received.replaceAll('PONG\r\n', '');
    await this.send('PING\r\n');
    await eventually('PONG', () => this.#received.includes('PONG\r\n'));
  }

  async #read(): Promise<void> {
    for await (const chunk of this.#socket.readable.pipeThrough(new TextDecoderStream())) {
      this.#received += chunk;
    }
  }
}
