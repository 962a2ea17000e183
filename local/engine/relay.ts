// The two ways of a tunnel. Each reads into one buffer of its own and writes from it. What Node does otherwise, a
// buffer of 64 KiB for every read, kept its garbage collector busy with a third of what the whole engine used, and
// the engine is the larger part of what a message costs on this machine.

import { connect, type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';

/** Largest read; a page of it is touched at a time, so an idle tunnel costs little. */
const READ_BYTES = 64 * 1024;

/** Where a server listens, for `connect`. */
export function toLoopback(port: number) {
  return { host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true };
}

/** Dials a port, and passes bytes both ways once `join` has given it the other side. */
export class Relay {
  /** Whoever joins it does so in its `connect` event: a server speaks first. */
  readonly upstream: Socket;
  #client: Socket | undefined;

  constructor(port: number) {
    const onread = passOn(
      () => this.upstream,
      () => this.#client,
    );
    this.upstream = connect({ ...toLoopback(port), onread });
  }

  /**
   * Takes over a connection that was accepted. The end of one side ends the other's input only; a side that breaks
   * off takes the other one with it.
   *
   * @param head what came with the request
   * @returns the client, in place of the socket that was given
   */
  join(accepted: Socket, head: Buffer): Socket {
    const { upstream } = this;
    const early: Buffer | null = accepted.read();
    const client = takeOver(accepted, {
      allowHalfOpen: true,
      onread: passOn(
        () => client,
        () => upstream,
      ),
    });
    this.#client = client;
    if (head.length > 0) upstream.write(head);
    if (early !== null) upstream.write(early);
    client.once('end', () => upstream.end());
    client.on('error', () => client.destroy());
    client.once('close', () => upstream.destroy());
    upstream.once('end', () => client.end());
    upstream.once('close', () => client.destroySoon());
    return client.resume();
  }
}

/** Reads into one buffer, and writes from it to the other side before anything more is read. */
function passOn(from: () => Socket, to: () => Socket | undefined): OnReadOpts {
  let isHeld = false;
  return {
    buffer: Buffer.allocUnsafeSlow(READ_BYTES),
    callback: (count, buffer) => {
      const destination = to();
      if (destination === undefined) throw new Error('bytes arrived before anybody was there to take them');
      destination.write(buffer.subarray(0, count), () => {
        if (isHeld) from().resume();
        isHeld = false;
      });
      // What the kernel did not take at once still lies in the buffer: no more reading until it has.
      isHeld = destination.writableLength > 0;
      return !isHeld;
    },
  };
}

/**
 * A socket with other options on the connection of one that was accepted, which is of no use any more. Node 24 takes
 * `onread` for sockets that it dials only; it builds accepted ones with the `handle` option, as is done here.
 */
function takeOver(accepted: Socket, options: SocketConstructorOpts): Socket {
  const old = accepted as Socket & { _handle: object | null };
  const handle = old._handle;
  if (handle === null) throw new Error('the connection is closed already');
  old._handle = null;
  return new Socket({ ...options, handle } as SocketConstructorOpts);
}
