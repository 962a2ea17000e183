// A NATS client of bare TCP: it shows the very lines that the server writes, which a library hides.

import { connect, type Socket } from 'node:net';
import { Transcript, withDeadline } from './transcript.ts';

export class RawClient {
  readonly received = new Transcript('nats-server');
  readonly closed: Promise<void>;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (chunk: string) => this.received.append(chunk));
    // A refused client is reset as often as closed: both end in `close`.
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.received.end();
        resolve();
      });
    });
  }

  /** Opens a connection and waits for the server's INFO. */
  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    const client = new RawClient(socket);
    await client.received.match(/^INFO \{.*\} *\r\n/);
    return client;
  }

  /** Sends CONNECT; resolves with whether the server let the client in. */
  async connect(credentials: Readonly<Record<string, string>> = {}): Promise<boolean> {
    const options = { verbose: false, pedantic: false, protocol: 1, ...credentials };
    this.#socket.write(`CONNECT ${JSON.stringify(options)}\r\nPING\r\n`);
    const [answer] = await this.received.match(/PONG|-ERR 'Authorization Violation'/);
    return answer === 'PONG';
  }

  async whenClosed(): Promise<void> {
    await withDeadline(this.closed, () => 'nats-server did not close the connection');
  }

  close(): void {
    this.#socket.destroy();
  }
}
