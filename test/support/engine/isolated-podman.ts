// podman with all that it keeps in a folder of its own: images, containers, locks, networks. Nothing of the machine's own
// podman is seen or changed. For root on Linux.

import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { killQuietly } from '../../../local/engine/processes/process-group.ts';
import { listProcesses } from '../../../local/process-list.ts';
import { isInstalled } from '../debian-packages.ts';

/** Variables of podman's environment. */
export interface PodmanEnvironment {
  readonly CONTAINERS_CONF: string;
  readonly CONTAINERS_STORAGE_CONF: string;
}

/** `vfs` copies every layer, but works on any file system. */
const DRIVERS = ['overlay', 'vfs'] as const;

function environmentOf(folder: string): PodmanEnvironment {
  return {
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
  };
}

/** Writes its settings, and finds a storage driver that works here. Throws with what podman said when none does. */
export async function isolatePodman(folder: string): Promise<PodmanEnvironment> {
  await mkdir(folder, { recursive: true });
  const env = environmentOf(folder);
  await writeFile(env.CONTAINERS_CONF, await containersConf(folder));
  let problem = '';
  for (const driver of DRIVERS) {
    await writeFile(env.CONTAINERS_STORAGE_CONF, storageConf(folder, driver));
    const outcome = await promisify(execFile)('podman', ['info'], { env: { ...process.env, ...env } }).catch(
      (error: Error) => error,
    );
    if (!(outcome instanceof Error)) return env;
    problem = outcome.message;
  }
  throw new Error(`podman cannot store images in ${folder}: ${problem}`);
}

function storageConf(folder: string, driver: string): string {
  return `[storage]
driver = "${driver}"
graphroot = "${join(folder, 'storage')}"
runroot = "${join(folder, 'run')}"
`;
}

async function containersConf(folder: string): Promise<string> {
  // crun takes no hierarchy of cgroups that is half of version 1; with version 2 podman's own choice is right.
  const isV2 = existsSync('/sys/fs/cgroup/cgroup.controllers');
  const runtime = !isV2 && (await isInstalled('runc')) ? 'runtime = "runc"\n' : '';
  // Debian's podman knows the plugins, and prefers netavark even where it is not installed.
  const plugins = existsSync('/usr/lib/cni/bridge') && !existsSync('/usr/lib/podman/netavark');
  const backend = plugins ? 'network_backend = "cni"\n' : '';
  if (!plugins) await writeDefaultNetwork(join(folder, 'networks'));
  // Networks have addresses that no other run's have: what is left of one that was killed still answers for its own.
  return `[engine]
${runtime}cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "${join(folder, 'tmp')}"
[network]
${backend}network_config_dir = "${join(folder, 'networks')}"
default_subnet_pools = [{ base = "10.${randomInt(20, 100)}.0.0/16", size = 24 }]
`;
}

/**
 * The network of containers that name none. Another podman of this machine has its own, on the usual bridge with the usual
 * addresses, and neither would reach its containers.
 */
async function writeDefaultNetwork(folder: string): Promise<void> {
  const prefix = `10.${randomInt(100, 220)}.${randomInt(256)}`;
  const network = {
    name: 'podman',
    // Of the default network, which podman knows by it.
    id: '2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9',
    driver: 'bridge',
    network_interface: `test${randomInt(1_000_000)}`,
    created: new Date().toISOString(),
    subnets: [{ subnet: `${prefix}.0/24`, gateway: `${prefix}.1` }],
    ipv6_enabled: false,
    internal: false,
    dns_enabled: false,
    ipam_options: { driver: 'host-local' },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'podman.json'), JSON.stringify(network));
}

/**
 * The settings of this process's podman, with limits for containers that others make than Meridian, which gives its own a
 * limit that works. As docs/container.md tells people to do.
 *
 * @param folder where they are written
 */
export async function withUlimits(folder: string): Promise<Pick<PodmanEnvironment, 'CONTAINERS_CONF'>> {
  const CONTAINERS_CONF = join(folder, 'containers.conf');
  const settings = await readFile(process.env.CONTAINERS_CONF ?? '', 'utf8');
  await writeFile(
    CONTAINERS_CONF,
    `[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\n${settings}`,
  );
  return { CONTAINERS_CONF };
}

/** Ends all that runs in it: containers, and services that listen in the folder. */
export async function resetIsolated(folder: string): Promise<void> {
  const env = { ...process.env, ...environmentOf(folder) };
  for (const { pid, command } of await listProcesses())
    if (/^\S*podman system service /.test(command) && command.includes(`unix://${folder}/`)) killQuietly(pid);
  // Without them the folder can be removed as well.
  for (const args of [
    ['rm', '--all', '--force', '--time', '0'],
    ['network', 'prune', '--force'],
  ])
    await promisify(execFile)('podman', args, { env }).catch(() => undefined);
}

/** Removes the folder with what is mounted in it. No container is left by then. */
export async function removeIsolated(folder: string): Promise<void> {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[4] ?? [])
    .filter((path) => path.startsWith(`${folder}/`));
  // The inner ones first.
  for (const path of mounts.toSorted().toReversed()) await promisify(execFile)('umount', ['-l', path]);
  await rm(folder, { recursive: true, force: true });
}
