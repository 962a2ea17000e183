// For the tests of local/binaries: a machine in a temporary directory, with a PATH and a cache of its own, on which
// only what a test put there can be found.
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BinarySpec, Environment } from '../../local/binaries/binary-spec.ts';
import { executablesOnPath } from '../../local/binaries/search-path.ts';

/** What the fakes themselves need: `tar` runs gzip on Linux. */
const REAL_TOOLS = ['tar', 'gzip', 'chmod', 'cat'];

/** A program that exists nowhere else. Its releases are at a port where nobody listens. */
export const FAKE_SERVER: BinarySpec = {
  name: 'fake-server',
  version: '1.15.1',
  minimumVersion: '1.10.0',
  variable: 'FAKE_SERVER',
  versionArguments: ['--version'],
  versionPattern: /^fake-server: v(\d+\.\d+\.\d+)/,
  goPackage: 'fake.example/server',
  release: {
    baseUrl: 'http://127.0.0.1:1/releases',
    checksumsFile: 'SHA256SUMS',
    archiveFor: ({ platform }) =>
      platform === 'linux' ? { file: 'fake.tar.gz', executable: 'fake/fake-server' } : undefined,
  },
};

/** A script that answers `--version` like `FAKE_SERVER`. */
export function serverScript(version: string): string {
  return `echo 'fake-server: v${version}'`;
}

/** A `go` that "builds" a server of `version`; what it was asked for is in `<GOBIN>/../../go-was-here`. */
export function goScript(version: string): string {
  return [
    'echo "$@" >> "$GOBIN/../../go-was-here"',
    'cat go.mod >> "$GOBIN/../../go-was-here"',
    `printf '#!/bin/sh\\necho "fake-server: v${version}"\\n' > "$GOBIN/fake-server"`,
    'chmod +x "$GOBIN/fake-server"',
  ].join('\n');
}

export class FakeMachine implements AsyncDisposable {
  readonly root: string;
  readonly env: Environment;
  /** What was logged. */
  readonly lines: string[] = [];

  private constructor(root: string) {
    this.root = root;
    this.env = {
      PATH: `${root}/bin1:${root}/bin2:${root}/tools`,
      MERIDIAN_CACHE: `${root}/cache`,
      HOME: root,
    };
  }

  static async create(): Promise<FakeMachine> {
    const machine = new FakeMachine(await realpath(await mkdtemp(join(tmpdir(), 'meridian-binaries-'))));
    await mkdir(join(machine.root, 'tools'));
    for (const tool of REAL_TOOLS) {
      const [real] = await executablesOnPath(tool, process.env);
      if (real === undefined) throw new Error(`these tests need ${tool} on PATH`);
      await symlink(real, join(machine.root, 'tools', tool));
    }
    return machine;
  }

  readonly log = (line: string): void => {
    this.lines.push(line);
  };

  /** The options that keep `ensureBinary` on this machine. */
  get options() {
    return { env: this.env, log: this.log, target: { platform: 'linux', arch: 'x64' } } as const;
  }

  /** Writes a shell script, executable unless `mode` says otherwise, and returns its path. */
  async put(path: string, script: string, mode = 0o755): Promise<string> {
    const file = join(this.root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, mode);
    return file;
  }

  /** Everything in the cache of programs. */
  async cached(): Promise<string[]> {
    return readdir(join(this.root, 'cache/bin')).catch(() => []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}
