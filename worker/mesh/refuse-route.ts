// Refuses a peer that dials while there is no server to link with: sends the line that its handshake reads, and closes.

import { refusalLine } from './route-handshake.ts';
import { type ByteChannel, closeQuietly } from './splice.ts';

export async function refuseRoute(socket: ByteChannel, reason: string): Promise<void> {
  const writer = socket.writable.getWriter();
  await writer.write(new TextEncoder().encode(refusalLine(reason)));
  await writer.close();
  closeQuietly(socket);
}
