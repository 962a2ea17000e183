// A connection to another object, over either transport: for the links between servers.

import type { LinkTransport } from '../../api/states.ts';
import { channelOverRpc } from '../mesh/rpc-channel.ts';
import type { ByteChannel } from '../mesh/splice.ts';
import type { RegionStub } from './region-stub.ts';

/** @param address says what is meant (`isLeafAddress`); what it reaches is the object's own choice */
export function dialObject(
  stub: Pick<RegionStub, 'connect' | 'connectOverRpc'>,
  address: string,
  transport: LinkTransport,
): ByteChannel | Promise<ByteChannel> {
  if (transport === 'connect') return stub.connect(address);
  return channelOverRpc((fromCaller) => stub.connectOverRpc(address, fromCaller));
}
