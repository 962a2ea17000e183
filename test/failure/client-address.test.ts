// A client that misbehaves is logged with the address from which it reached the edge.

import { platform } from 'node:process';
import { expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { configOf } from '../support/data/checked-in.ts';
import { useStack } from '../support/file-stack.ts';
import { clientFrame, rawUpgrade } from '../support/raw-upgrade.ts';

/** Linux has all of 127.0.0.0/8; other systems have only its first address. */
const CLIENT_ADDRESS = '127.0.0.2';

/** Of TEST-NET-2 (RFC 5737). */
const SPOOFED_ADDRESS = '198.51.100.66';

const LOGGED_WITHIN_MS = 5_000;

const running = useStack(configOf(['oc']));

/** nats-server shows the address of the edge's client in its log only; `/connz` has the container's neighbour. */
async function offend(header: string): Promise<string> {
  const { socket } = await rawUpgrade(
    running.stack.url,
    { [header]: SPOOFED_ADDRESS },
    { localAddress: CLIENT_ADDRESS },
  );
  socket?.write(clientFrame(`CONNECT {"name":"${header}"}\r\nNONSENSE\r\n`));
  let line: string | undefined;
  await waitFor('the parser error in the log', { timeoutMs: LOGGED_WITHIN_MS }, () => {
    line = running.log.findLast((each) => each.includes(header) && /parser? ?error/i.test(each));
    return line !== undefined;
  });
  socket?.destroy();
  return line ?? '';
}

test.runIf(platform === 'linux').each(['x-forwarded-for', 'x-real-ip', 'forwarded'])(
  'the server logs the address that the edge saw, not the one that the client gives in %s',
  async (header) => {
    const line = await offend(header);
    expect(line).toContain(`${CLIENT_ADDRESS}/127.0.0.1:`);
    expect(line).not.toContain(SPOOFED_ADDRESS);
  },
);
