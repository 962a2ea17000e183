// A base for the image where no registry can be reached: FROM scratch, with what the Dockerfile needs of the official
// one. nats-server of the same version, and busybox in Alpine's place. For tests and development: what ships is built
// on the official image.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { NATS_SERVER } from '../binaries/nats-server.ts';
import { type EngineCommand, type RunOptions, runBuild, runEngine, whyFailed } from './engine-command.ts';
import { ImageError } from './image-error.ts';
import { staticBusybox, staticNatsServer } from './static-programs.ts';

/** `localhost/` is in no registry, so nothing is ever pulled in its place. */
export const STAND_IN_BASE = `localhost/meridian-stand-in:${NATS_SERVER.version}`;

/** The label that tells what a stand-in was made of. */
export const STAND_IN_LABEL = 'meridian.stand-in';

/** Folders of the base, `tmp` among them for programs that need one. */
const FOLDERS = ['bin', 'usr/bin', 'usr/sbin', 'usr/local/bin', 'etc', 'tmp', 'root', 'var/empty'] as const;

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n';
const GROUP = 'root:x:0:\nnobody:x:65534:\n';

/** Debian's busybox has neither of these two, Alpine's has both. They do as much as the Dockerfile asks for. */
const ADDUSER = `#!/bin/sh
# adduser -D -H -u UID NAME
set -eu
[ "$1 $2 $3" = "-D -H -u" ] && [ $# -eq 5 ] || { echo "adduser: this stand-in knows -D -H -u UID NAME only" >&2; exit 1; }
echo "$5:x:$4:$4:$5:/home/$5:/bin/sh" >> /etc/passwd
echo "$5:x:$4:" >> /etc/group
`;
const INSTALL = `#!/bin/sh
# install -d -o OWNER -g GROUP FOLDER
set -eu
[ "$1 $2 $4" = "-d -o -g" ] && [ $# -eq 6 ] || { echo "install: this stand-in knows -d -o OWNER -g GROUP FOLDER only" >&2; exit 1; }
mkdir -p "$6"
chown "$3:$5" "$6"
`;

export interface StandInOptions extends RunOptions {
  /** What it is called. */
  readonly tag: string;
  /** Where it is laid out. Default: the system's folder for temporary files. */
  readonly folder?: string | undefined;
  readonly log: (line: string) => void;
}

/** Builds the base with `engine`. */
export async function buildStandInBase(engine: EngineCommand, options: StandInOptions): Promise<void> {
  const { tag, folder: parent = tmpdir(), log, ...run } = options;
  const [natsServer, busybox] = await Promise.all([
    staticNatsServer(engine.env, log, run.signal),
    staticBusybox(engine.env),
  ]);
  const made = await fingerprint(natsServer, busybox);
  if ((await labelOf(engine, tag, run)) === made) return;
  if ((await labelOf(engine, STAND_IN_BASE, run)) === made) {
    const tagged = await runEngine(engine, ['tag', STAND_IN_BASE, tag], run);
    if (tagged.code === 0) return;
  }
  const folder = await mkdtemp(join(parent, 'meridian-base-'));
  try {
    await layOut(join(folder, 'rootfs'), natsServer, busybox);
    await writeFile(
      join(folder, 'Dockerfile'),
      `FROM scratch\nLABEL ${STAND_IN_LABEL}=${made}\nCOPY rootfs/ /\nENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin\n`,
    );
    log(`building the stand-in base from ${basename(natsServer)} and ${busybox}`);
    const result = await runBuild(engine, ['--tag', tag, folder], run);
    if (result.code !== 0) throw new ImageError(`the stand-in base does not build: ${whyFailed(result)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of what the base is made: the same again is not built again. */
async function fingerprint(...programs: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([FOLDERS, PASSWD, GROUP, ADDUSER, INSTALL]));
  for (const program of programs) hash.update(await readFile(program));
  return hash.digest('hex');
}

async function labelOf(engine: EngineCommand, tag: string, run: RunOptions): Promise<string | undefined> {
  if (engine.kind === 'buildah') return undefined;
  const format = `{{index .Config.Labels "${STAND_IN_LABEL}"}}`;
  const { code, stdout } = await runEngine(engine, ['image', 'inspect', '--format', format, tag], {
    signal: run.signal,
  });
  return code === 0 ? stdout.trim() : undefined;
}

async function layOut(root: string, natsServer: string, busybox: string): Promise<void> {
  for (const folder of FOLDERS) await mkdir(join(root, folder), { recursive: true });
  await chmod(join(root, 'tmp'), 0o1777);
  await copyFile(busybox, join(root, 'bin/busybox'));
  await copyFile(natsServer, join(root, 'usr/local/bin/nats-server'));
  await writeFile(join(root, 'etc/passwd'), PASSWD);
  await writeFile(join(root, 'etc/group'), GROUP);
  for (const applet of await appletsOf(busybox)) await symlink('busybox', join(root, 'bin', applet));
  await writeFile(join(root, 'usr/sbin/adduser'), ADDUSER, { mode: 0o755 });
  await writeFile(join(root, 'usr/bin/install'), INSTALL, { mode: 0o755 });
}

async function appletsOf(busybox: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(busybox, ['--list']);
  return stdout
    .split('\n')
    .filter((name) => name !== '' && name !== 'busybox' && name !== 'adduser' && name !== 'install');
}
