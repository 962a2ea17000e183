// A nats-server of somebody else, which joins as a leaf node.

import { type OtherServer, startOtherServer } from './other-server.ts';

/** Returns once it listens. @param remote where it joins: the address of a door, without the path */
export function startLeaf(natsServer: string, name: string, remote: string): Promise<OtherServer> {
  return startOtherServer(
    natsServer,
    name,
    `leafnodes { remotes: [ { urls: [${JSON.stringify(remote)}] } ] }`,
  );
}
