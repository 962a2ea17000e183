// Which container engine the tests use, if any.

import { userInfo } from 'node:os';
import { EngineClient } from '../../../local/engine/containers/engine-client.ts';
import { findSocket } from '../../../local/engine/containers/find-socket.ts';
import { installPackages, isInstalled, mayInstall } from '../debian-packages.ts';

export type ChosenEngine =
  /** podman in a folder of the tests' own; see isolated-podman.ts. */
  | { readonly kind: 'isolated podman' }
  /** One of this machine, by name or socket. */
  | { readonly kind: 'given'; readonly engine: string }
  | { readonly kind: 'none'; readonly why: string };

const PROGRAMS = ['podman', 'runc', 'buildah'];

/** busybox is for the base of the image where no registry can be reached. */
const PACKAGES = ['podman', 'runc', 'buildah', 'busybox-static'];

/** MERIDIAN_TEST_ENGINE names one; else podman of root's, which CI installs, then docker. */
export async function chooseEngine(log: (line: string) => void): Promise<ChosenEngine> {
  const given = process.env.MERIDIAN_TEST_ENGINE;
  if (given) return { kind: 'given', engine: given };
  const tried: string[] = [];
  if (process.platform === 'linux' && userInfo().uid === 0) {
    // Podman alone, with the runtime that it brings, may be of no use: see isolated-podman.ts.
    const isWhole = (await Promise.all(PROGRAMS.map(isInstalled))).every(Boolean);
    if (!isWhole && mayInstall())
      await installPackages(PACKAGES, log).catch((error: Error) => tried.push(error.message.trim()));
    if (await isInstalled('podman')) return { kind: 'isolated podman' };
    tried.push('podman is not installed');
  }
  for (const engine of ['docker', 'podman']) {
    try {
      await new EngineClient(await findSocket(engine)).call('GET', '/version');
      return { kind: 'given', engine };
    } catch (error) {
      tried.push((error as Error).message);
    }
  }
  return { kind: 'none', why: tried.join('\n') };
}
