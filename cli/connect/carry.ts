// One client of TCP: its bytes go to the edge in a WebSocket and back, as they come. Nothing of them is read. When the region
// ends the WebSocket, or is silent for too long, the client's connection ends with it: it connects again, as NATS clients do
// by themselves, and the edge gives it the region that is best then.

import type { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { type Dialled, dial, type Target } from './dial.ts';

/** Told what becomes of a client. */
export interface CarryEvents {
  readonly taken: (region: string | undefined) => void;
  readonly refused: (why: string) => void;
  /** @param why undefined if the client left, or the region let go of it */
  readonly ended: (why: string | undefined) => void;
}

/** A region's server sends a PING after 20 s without anything (container/nats-server.conf); three of them are missing. */
export const SILENCE_MS = 65_000;

/**
 * Carries a client until it is gone. Never rejects.
 *
 * @param silenceMs after this a region that sent nothing counts as gone
 */
export async function carry(
  client: Socket,
  target: Target,
  events: CarryEvents,
  silenceMs: number,
): Promise<void> {
  const gone = new AbortController();
  client.setNoDelay(true);
  client.on('error', () => client.destroy());
  client.on('close', () => gone.abort(new Error('the client has left')));
  let dialled: Dialled;
  try {
    dialled = await dial(target, gone.signal);
  } catch (error) {
    if (gone.signal.aborted) return;
    const why = error instanceof Error ? error.message : String(error);
    events.refused(why);
    client.end(refusalLines(why));
    return;
  }
  events.taken(dialled.region);
  events.ended(await pump(client, dialled, silenceMs));
}

/** Why it was cut; undefined if one of the two ended it. */
async function pump(
  client: Socket,
  { stream, region }: Dialled,
  silenceMs: number,
): Promise<string | undefined> {
  let cut: string | undefined;
  const silence = setTimeout(() => {
    cut = `it sent nothing for ${silenceMs / 1000} s`;
    stream.destroy();
  }, silenceMs);
  // What is no region of Meridian may have other habits.
  if (region === undefined) clearTimeout(silence);
  else stream.on('data', () => silence.refresh());
  stream.pipe(client).pipe(stream);
  stream.on('close', () => client.end());
  client.on('close', () => stream.destroy());
  await finished(stream, { cleanup: true }).catch(() => undefined);
  clearTimeout(silence);
  client.end();
  return cut;
}

/**
 * Clients wait for the server's INFO, and show the error that follows it.
 * https://docs.nats.io/reference/reference-protocols/nats-protocol
 */
export function refusalLines(why: string): string {
  const info = { server_id: 'MERIDIAN', version: '2.15.1', proto: 1, max_payload: 1_048_576 };
  return `INFO ${JSON.stringify(info)}\r\n-ERR '${why.replaceAll(/['\r\n]+/g, ' ')}'\r\n`;
}
