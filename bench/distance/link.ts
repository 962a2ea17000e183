// A link with a delay, a loss and a rate, in a network namespace of its own (link/main.go): what runs in there has it
// between a server and whoever dials that server at the link's address. The namespace is gone when the link's process and
// those that were started in it are, also if this process is killed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../local/binaries/run-command.ts';
import { executablesOnPath } from '../../local/binaries/search-path.ts';
import { createRunFolder } from '../../local/run-folder.ts';
import { type Closeable, withTeardown } from '../../local/teardown.ts';

const SOURCE = fileURLToPath(new URL('link', import.meta.url));

/** Cold, on a busy machine; it takes a second. */
const BUILD_TIMEOUT_MS = 120_000;

const TOOLS = ['go', 'unshare', 'nsenter', 'ip'] as const;

const UNABLE =
  'this machine cannot have a link in a network namespace (it needs /dev/net/tun, and root or user namespaces)';

export interface LinkSettings {
  /** Back and forth. */
  readonly rttMs: number;
  /** Absent: as fast as the machine goes. */
  readonly bitsPerSecond?: number;
  /** Share of the packets, either way, each on its own. */
  readonly loss: number;
  /** What waits for its turn beyond this is dropped, if there is a rate. */
  readonly queueBytes: number;
}

export interface Link extends Closeable {
  /** Runs the command that follows in the link's namespace. */
  readonly enter: readonly string[];
  /** Who dials a port here crosses the link, and reaches that port of loopback. */
  readonly address: string;
  /** From now on; packets that are on their way arrive as they would have. */
  set(settings: LinkSettings): Promise<void>;
  /** Bytes that have come over it, both ways, with all headers and what was sent again. */
  bytes(): Promise<number>;
}

/** @throws Error that says what is missing where a machine cannot have one */
export function startLink(signal: AbortSignal): Promise<Link> {
  return withTeardown(async (undo) => {
    const go = await checkTools();
    const folder = await createRunFolder();
    undo.defer(folder.remove);
    const program = join(folder.path, 'link');
    const built = await runCommand(go, ['build', '-C', SOURCE, '-o', program, '.'], {
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' },
      timeoutMs: BUILD_TIMEOUT_MS,
      signal,
    });
    if ('problem' in built) throw new Error(`the link cannot be built: ${built.problem}`);
    const isRoot = process.getuid?.() === 0;
    // A group of its own: Ctrl-C in a terminal reaches this process only, which stops things in order.
    const child = spawn('unshare', [...(isRoot ? ['--net'] : ['--map-root-user', '--net']), program], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const exited = once(child, 'close').catch(() => {});
    undo.defer(async () => {
      child.stdin.end();
      await exited;
    });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      said += String(bytes);
    });
    child.stdin.on('error', () => {});
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const answer = async (unable: string) => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${unable}: ${said.trim() || 'it said nothing'}`);
      return value;
    };
    const [, address = ''] = (await answer(UNABLE)).split(' ');
    const ask = (line: string) => {
      child.stdin.write(`${line}\n`);
      return answer('the link has ended by itself');
    };
    const user = isRoot ? [] : ['--user', '--preserve-credentials'];
    return {
      enter: ['nsenter', '--target', String(child.pid), ...user, '--net', '--'],
      address,
      set: async ({ rttMs, bitsPerSecond = 0, loss, queueBytes }) =>
        void (await ask(`set ${rttMs / 2} ${bitsPerSecond} ${loss} ${queueBytes}`)),
      bytes: async () => (await ask('count')).split(' ').reduce((sum, count) => sum + Number(count), 0),
    };
  });
}

/** @returns the path of Go */
async function checkTools(): Promise<string> {
  const found = await Promise.all(
    TOOLS.map(async (tool) => [tool, (await executablesOnPath(tool, process.env))[0]] as const),
  );
  const missing = found.flatMap(([tool, path]) => (path === undefined ? [tool] : []));
  const go = found[0]?.[1];
  if (process.platform !== 'linux' || missing.length > 0 || go === undefined)
    throw new Error(
      `a link with distance needs Linux with ${TOOLS.join(', ')} on PATH${missing.length > 0 ? `; missing: ${missing.join(', ')}` : ''}`,
    );
  return go;
}
