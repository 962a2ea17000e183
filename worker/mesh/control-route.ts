// A route by which an object asks its own nats-server for something that only the system account may ask: it needs no
// credentials of anyone, since only the object reaches the route port, and works with any kind of them. To the server the
// object is one more server of the cluster, which has no clients and wants no messages. Nobody else can use it, and
// nothing of the server's configuration is for it.

import { withTimeout } from '../../waiting/with-timeout.ts';
import { readFirstLine } from './first-line.ts';
import { greetingFrom, parseInfoLine } from './route-handshake.ts';
import type { ByteChannel } from './splice.ts';

/** How it is called in `/routez`. */
export const CONTROL_NAME = 'meridian-control';

/** Sends one line for each of a server's subscriptions at first: what is read is thrown away, but for the pings. */
const PING = 'PING';

/** What can be asked for a client, by the number of its connection: lame duck mode for it alone, or its end. */
export type ClientRequest = 'LDM' | 'KICK';

export interface ControlRouteOptions {
  /** The name of the system account: `$SYS`, or the operator's. */
  readonly systemAccount: string;
  readonly timeoutMs: number;
}

export class ControlRoute {
  readonly #channel: ByteChannel;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #serverId: string;
  readonly #account: string;
  #isOpen = true;
  /** Resolves when it has ended, for whatever reason. Never rejects. */
  readonly ended: Promise<void>;

  private constructor(channel: ByteChannel, serverId: string, rest: Uint8Array, account: string) {
    this.#channel = channel;
    this.#serverId = serverId;
    this.#account = account;
    this.#writer = channel.writable.getWriter();
    this.ended = this.#answerPings(rest);
  }

  /**
   * Takes over a connection to the route port of a server. If it fails, nothing of the connection is left.
   *
   * @throws Error when it is refused, or takes too long
   */
  static async open(
    channel: ByteChannel,
    { systemAccount, timeoutMs }: ControlRouteOptions,
  ): Promise<ControlRoute> {
    try {
      const late = `no INFO within ${timeoutMs} ms`;
      const { line, rest } = await withTimeout(readFirstLine(channel.readable), timeoutMs, late);
      const info = parseInfoLine(line);
      const own = {
        server_id: `MERIDIAN${info.server_id}`,
        server_name: CONTROL_NAME,
        version: info.version,
        proto: 1,
        headers: true,
        max_payload: info.max_payload,
        ...(info.cluster !== undefined && { cluster: info.cluster }),
      };
      const route = new ControlRoute(channel, info.server_id, rest, systemAccount);
      await withTimeout(route.#write(greetingFrom(own)), timeoutMs, late);
      return route;
    } catch (error) {
      closeQuietly(channel);
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Sends a request; its answer is not heard: whether a client has left shows in `/connz`. @throws Error if it has ended */
  async request(what: ClientRequest, connection: number): Promise<void> {
    const body = JSON.stringify({ cid: connection });
    const subject = `$SYS.REQ.SERVER.${this.#serverId}.${what}`;
    // Without somewhere to answer, the server does nothing.
    const reply = `_MERIDIAN_.${connection}`;
    await this.#write(`RMSG ${this.#account} ${subject} ${reply} ${body.length}\r\n${body}\r\n`);
  }

  close(): void {
    this.#isOpen = false;
    closeQuietly(this.#channel);
  }

  async #write(text: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(text));
  }

  async #answerPings(rest: Uint8Array): Promise<void> {
    const reader = this.#channel.readable.getReader();
    // A character that is cut in two is in no ping.
    const decoder = new TextDecoder();
    let line = decoder.decode(rest);
    try {
      for (;;) {
        const lines = line.split('\r\n');
        line = lines.pop() ?? '';
        if (lines.includes(PING)) await this.#write('PONG\r\n');
        const { done, value } = await reader.read();
        if (done) break;
        line += decoder.decode(value);
      }
    } catch {
      // It has ended, which is all that there is to know of it.
    } finally {
      this.close();
    }
  }
}

function closeQuietly(channel: ByteChannel): void {
  channel.close().catch(() => {});
}
