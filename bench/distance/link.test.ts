// The link: what its delay and rate do to a connection, and that nothing of it is left.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { executablesOnPath } from '../../local/binaries/search-path.ts';
import { type Link, startLink } from './link.ts';

const run = promisify(execFile);
const NEVER = new AbortController().signal;

/** In the link's namespace: who dials a server of loopback at the link's address, and how long a byte takes and a megabyte. */
const TRIAL = `
  const { createServer, connect } = require('node:net');
  const MIB = 1 << 20;
  const server = createServer((far) => {
    far.setNoDelay(true).once('data', (byte) => far.write(byte, () => far.end(Buffer.alloc(MIB))));
  });
  server.listen(0, '127.0.0.1', () => {
    const near = connect({ host: process.argv[1], port: server.address().port, noDelay: true });
    let sent = 0, first = 0, count = 0;
    near.once('connect', () => { sent = performance.now(); near.write('x'); });
    near.on('data', (bytes) => { first ||= performance.now(); count += bytes.length; });
    near.once('end', () => {
      console.log(JSON.stringify({ rttMs: first - sent, restMs: performance.now() - first, count }));
      server.close();
    });
  });`;

interface Trial {
  readonly rttMs: number;
  readonly restMs: number;
  readonly count: number;
}

async function tryOut({ enter: [command = '', ...args], address }: Link): Promise<Trial> {
  const { stdout } = await run(command, [...args, process.execPath, '-e', TRIAL, address]);
  return JSON.parse(stdout) as Trial;
}

const canHaveOne =
  existsSync('/dev/net/tun') &&
  (
    await Promise.all(['go', 'unshare', 'nsenter', 'ip'].map((each) => executablesOnPath(each, process.env)))
  ).every(([path]) => path !== undefined);

test.skipIf(!canHaveOne)(
  'a connection over the link has its round trip and its rate, and the link is gone when it is closed',
  { timeout: 60_000 },
  async () => {
    const link = await startLink(NEVER);
    try {
      await link.set({ rttMs: 60, bitsPerSecond: 40_000_000, loss: 0, queueBytes: 500_000 });
      const slow = await tryOut(link);
      expect(slow.count).toBe(1 + (1 << 20));
      expect(slow.rttMs).toBeGreaterThanOrEqual(60);
      // A megabyte takes 210 ms at that rate, however fast the machine is.
      expect(slow.restMs).toBeGreaterThanOrEqual(200);
      expect(await link.bytes()).toBeGreaterThan(1 << 20);
      await link.set({ rttMs: 0, loss: 0, queueBytes: 0 });
      expect((await tryOut(link)).rttMs).toBeLessThan(slow.rttMs);
    } finally {
      await link.close();
    }
    await expect(tryOut(link)).rejects.toThrow();
  },
);

test.skipIf(!canHaveOne)(
  'a connection over a link that loses packets loses no bytes',
  { timeout: 60_000 },
  async () => {
    const link = await startLink(NEVER);
    try {
      await link.set({ rttMs: 2, loss: 0.02, queueBytes: 0 });
      expect((await tryOut(link)).count).toBe(1 + (1 << 20));
    } finally {
      await link.close();
    }
  },
);
