// Tells a peer who dials that there is nobody to link with, in the words that its handshake reads, and hangs up.

import { refusalLine } from './route-handshake.ts';
import { type ByteChannel, closeQuietly } from './splice.ts';

export async function refuseRoute(socket: ByteChannel, reason: string): Promise<void> {
  const writer = socket.writable.getWriter();
  await writer.write(new TextEncoder().encode(refusalLine(reason)));
  await writer.close();
  closeQuietly(socket);
}
