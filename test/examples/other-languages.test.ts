// Clients that the project did not choose, in Rust, Java and Deno: they connect over WebSocket, say which region it is, are
// answered, and go on in another region once theirs is killed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { waitFor } from '../../waiting/wait-for.ts';
import { type Command, LANGUAGES } from '../support/clients-of-languages.ts';
import { configOf } from '../support/data/checked-in.ts';
import { useStack } from '../support/file-stack.ts';
import { meshIsWhole } from '../support/mesh-state.ts';

const REGIONS = ['weur', 'enam'] as const;

/** What async-nats needs is compiled once, and Maven fetches jnats once. */
const FIRST_RUN_TIMEOUT_MS = 480_000;

/** A virtual machine starts, and compiles the client; libraries wait up to four seconds before they connect again. */
const SAID_WITHIN = { timeoutMs: 40_000, pollMs: 50 };

const running = useStack(configOf(REGIONS));

test.for(LANGUAGES)(
  '$name goes on in another region once its own is killed',
  { timeout: FIRST_RUN_TIMEOUT_MS },
  async ({ name, needs, prepare }, { skip }) => {
    const command = await prepare();
    if (command === undefined) {
      console.warn(`LEFT OUT: the client in ${name}, since this machine lacks ${needs}`);
      return skip(`this machine lacks ${needs}`);
    }
    const { stack } = running;
    await using client = start(command, stack.url.replace(/^http/, 'ws'));
    const conversation = async (count: number) => {
      const is = () => client.lines.length >= count;
      await waitFor(`what the client in ${name} says`, SAID_WITHIN, is).catch((cause: Error) => {
        throw new Error(`it said: ${client.said.join('; ')}`, { cause });
      });
      const [connected = '', reply] = client.lines.slice(-2);
      expect(reply).toBe(`reply: hello from ${name}`);
      return /^connected to nats-(.+)$/.exec(connected)?.[1] ?? connected;
    };
    const first = await conversation(2);
    expect(REGIONS).toContain(first);
    await stack.engine.beginOutage(`nats-${first}`);
    const killedAt = performance.now();
    try {
      const second = await conversation(4);
      console.log(`${name} had its answer elsewhere ${Math.round(performance.now() - killedAt)} ms after`);
      expect(REGIONS).toContain(second);
      expect(second).not.toBe(first);
    } finally {
      stack.engine.endOutage(`nats-${first}`);
    }
    await meshIsWhole(stack);
  },
);

interface Started extends AsyncDisposable {
  /** To its standard output. */
  readonly lines: readonly string[];
  /** All. */
  readonly said: readonly string[];
}

function start({ file, args }: Command, server: string): Started {
  const child = spawn(file, [...args, server, 'stay'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    said.push(line);
  });
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  return {
    lines,
    said,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
