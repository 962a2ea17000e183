// The way from one server of a contestant to the other, for clients at their TCP ports.

import type { Contestant } from '../contestants/start.ts';
import type { Ends } from '../load/clients.ts';

export type Path = Ends & Pick<Contestant, 'name' | 'child' | 'credentials'>;

export async function pathThrough({ name, child, credentials }: Contestant): Promise<Path> {
  const [near, far] = await child.call.servers();
  if (near === undefined || far === undefined) throw new Error(`${name} does not have two servers`);
  const ends = { near: `nats://127.0.0.1:${near.client}`, far: `nats://127.0.0.1:${far.client}` };
  return { name, child, credentials, ...ends, creds: credentials?.user };
}
