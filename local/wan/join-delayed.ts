// Joins the two ends of a tunnel as if an ocean lay between them. How wide it is, the first bytes of the side that
// dialled tell: a client's upgrade says where it stands, a route names the server that it is for.

import type { Duplex } from 'node:stream';
import { DelayLine } from './delay-line.ts';

/** The delay of a tunnel, one way in ms, by how it opens; undefined while more of it is needed. */
export type DelayOf = (opening: Buffer) => number | undefined;

/** An opening that is longer than this tells nothing, and is not delayed. */
const MAX_OPENING_BYTES = 64 * 1024;

/** Passes bytes both ways, later; the end of one side ends the other side's input only. */
export function joinDelayed(dialler: Duplex, server: Duplex, head: Buffer, delayOf: DelayOf): void {
  const toServer = new DelayLine(dialler, server);
  const toDialler = new DelayLine(server, dialler);
  let opening: Buffer | undefined = Buffer.alloc(0);
  const receive = (bytes: Buffer) => {
    if (opening === undefined) return toServer.send(bytes);
    opening = Buffer.concat([opening, bytes]);
    const delayMs = delayOf(opening);
    if (delayMs === undefined && opening.length < MAX_OPENING_BYTES) return;
    toServer.delayMs = toDialler.delayMs = delayMs ?? 0;
    toServer.send(opening);
    opening = undefined;
  };
  if (head.length > 0) receive(head);
  dialler.on('data', receive);
  dialler.once('end', () => {
    if (opening !== undefined && opening.length > 0) toServer.send(opening);
    toServer.end();
  });
  server.on('data', (bytes: Buffer) => toDialler.send(bytes));
  server.once('end', () => toDialler.end());
  server.once('close', () => {
    toDialler.end();
    dialler.once('finish', () => dialler.destroy());
  });
}
