// The two directions of a tunnel. Each reads into one buffer of its own and writes from it. By default Node allocates
// a buffer of 64 KiB for every read; collecting that garbage took a third of the engine's CPU time, and the engine is
// the larger part of what a message costs on this machine.

import { connect, type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';

/** Largest read. Pages that are never written cost no memory, so an idle tunnel costs little. */
const READ_BYTES = 64 * 1024;

/** Where a server is reached, for `connect`. */
export function toServer(host: string, port: number) {
  return { host, port, allowHalfOpen: true, noDelay: true };
}

/** Dials a port, and forwards bytes both ways once `join` has given it the other side. */
export class Relay {
  /** To be joined in its `connect` event: a server speaks first. */
  readonly upstream: Socket;
  #client: Socket | undefined;

  constructor(host: string, port: number) {
    const onread = passOn(
      () => this.upstream,
      () => this.#client,
    );
    this.upstream = connect({ ...toServer(host, port), onread });
  }

  /**
   * Takes over an accepted connection. When one side ends, only the other's input ends; when one side breaks, both
   * are closed.
   *
   * @param head what came with the request
   * @returns the client, to be used instead of the given socket
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
      if (destination === undefined) throw new Error('bytes arrived before the tunnel was joined');
      destination.write(buffer.subarray(0, count), () => {
        if (isHeld) from().resume();
        isHeld = false;
      });
      // What the kernel did not accept at once is still in the buffer, so reading waits until it has.
      isHeld = destination.writableLength > 0;
      return !isHeld;
    },
  };
}

/**
 * A new socket, with other options, for the connection of an accepted one, which must no longer be used. Node 24
 * supports `onread` only for sockets that it dials; it builds accepted ones with the `handle` option, as is done here.
 */
function takeOver(accepted: Socket, options: SocketConstructorOpts): Socket {
  const old = accepted as Socket & { _handle: object | null };
  const handle = old._handle;
  if (handle === null) throw new Error('the connection is closed already');
  old._handle = null;
  return new Socket({ ...options, handle } as SocketConstructorOpts);
}
