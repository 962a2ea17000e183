// The handshake of a leaf link byte by byte, with channels in place of servers; test/failure/joined-sessions.test.ts has real
// ones.

import { expect, test } from 'vitest';
import { refusalLine } from './route-handshake.ts';
import type { ByteChannel } from './splice.ts';
import { spliceLeaf } from './splice-leaf.ts';

const TIMEOUT_MS = 5_000;

/** Writing does not wait for the reader, as with a socket. */
const BUFFERED = { highWaterMark: 100 };

/** A server's end of a channel, and what the splice is given of it. */
class FakeServer {
  readonly channel: ByteChannel;
  isClosed = false;
  readonly #out: WritableStreamDefaultWriter<Uint8Array>;
  readonly #in: ReadableStreamDefaultReader<Uint8Array>;
  #received = '';

  constructor() {
    const toSplice = new TransformStream<Uint8Array, Uint8Array>({}, {}, BUFFERED);
    const toServer = new TransformStream<Uint8Array, Uint8Array>({}, {}, BUFFERED);
    this.#out = toSplice.writable.getWriter();
    this.#in = toServer.readable.getReader();
    this.channel = {
      readable: toSplice.readable,
      writable: toServer.writable,
      close: async () => {
        this.isClosed = true;
      },
    };
  }

  say(...chunks: readonly string[]): void {
    for (const chunk of chunks) void this.#out.write(new TextEncoder().encode(chunk)).catch(() => {});
  }

  hangUp(): void {
    void this.#out.close().catch(() => {});
  }

  /** What came until this text did. */
  async until(text: string): Promise<string> {
    while (!this.#received.includes(text)) {
      const { done, value } = await this.#in.read();
      if (done) throw new Error(`it ended before ${text}, after ${this.#received}`);
      this.#received += new TextDecoder().decode(value);
    }
    return this.#received;
  }
}

const infoOf = (id: string) => `INFO {"server_id":"${id}","server_name":"${id}","version":"2.15.1"}\r\n`;

function begin() {
  const [session, region] = [new FakeServer(), new FakeServer()];
  const joined = spliceLeaf(
    { channel: session.channel, password: 'of the session' },
    { channel: region.channel, password: 'of the region' },
    TIMEOUT_MS,
  );
  joined.catch(() => {});
  return { session, region, joined };
}

test('each is greeted with the password that it asks for, their second INFOs are dropped, and the rest passes', async () => {
  const { session, region, joined } = begin();
  session.say(infoOf('SESSION'));
  region.say(infoOf('REGION'));
  expect(await session.until('\r\n')).toMatch(
    /^CONNECT .*"server_id":"REGION".*"user":"region","pass":"of the session","is_hub":true/,
  );
  expect(await region.until('\r\n')).toMatch(
    /^CONNECT .*"server_id":"SESSION".*"user":"session","pass":"of the region"\}/,
  );
  // What comes behind an INFO, in its chunk or split over two, is the other server's.
  session.say('INFO {"server_id":"SES', 'SION"}\r\nLS+ a\r', '\n');
  region.say(`${infoOf('REGION')}PING\r\nLS+ b\r\n`);
  const { remoteServerId, ended } = await joined;
  expect(remoteServerId).toBe('REGION');
  session.say('PONG\r\n');
  const toRegion = await region.until('PONG');
  const toSession = await session.until('LS+ b\r\n');
  expect(toRegion.slice(toRegion.indexOf('\r\n'))).toBe('\r\nLS+ a\r\nPONG\r\n');
  expect(toSession.slice(toSession.indexOf('\r\n'))).toBe('\r\nPING\r\nLS+ b\r\n');
  session.hangUp();
  await ended;
  expect([session.isClosed, region.isClosed]).toEqual([true, true]);
});

test.each([
  ['the object of the region refuses', refusalLine('it is drained'), 'it is drained'],
  [
    'the server finds the password wrong',
    `${infoOf('REGION')}-ERR 'Authorization Violation'\r\n`,
    'Authorization Violation',
  ],
])('when %s, that is the reason, and both channels are closed', async (_what, says, reason) => {
  const { session, region, joined } = begin();
  session.say(infoOf('SESSION'), infoOf('SESSION'));
  region.say(says);
  void session.until('never').catch(() => {});
  void region.until('never').catch(() => {});
  await expect(joined).rejects.toMatchObject({ name: 'RouteRefusedError', reason });
  await expect.poll(() => [session.isClosed, region.isClosed]).toEqual([true, true]);
});

test('a server that ends before its second INFO ends the other', async () => {
  const { session, region, joined } = begin();
  session.say(infoOf('SESSION'));
  region.say(infoOf('REGION'));
  await session.until('\r\n');
  await region.until('\r\n');
  region.hangUp();
  session.hangUp();
  await expect(joined).rejects.toThrow('ended before its first line');
  await expect.poll(() => [session.isClosed, region.isClosed]).toEqual([true, true]);
});
