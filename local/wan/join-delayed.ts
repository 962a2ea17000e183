// Joins the two ends of a tunnel as if an ocean lay between them. The delay follows from the first bytes of the side
// that dialled: a client's upgrade says where the client is, a route names the server that it is for.

import type { Duplex } from 'node:stream';
import { DelayLine } from './delay-line.ts';

/** The delay of a tunnel, one way in ms, by its first bytes; undefined while more of them are needed. */
export type DelayOf = (opening: Buffer) => number | undefined;

/** If so many bytes say nothing about the distance, the tunnel is not delayed. */
const MAX_OPENING_BYTES = 64 * 1024;

/** Forwards bytes both ways, delayed; when one side ends, only the other side's input ends. */
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
