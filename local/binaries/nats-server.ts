// nats-server for everything that runs on one machine: the local stack, the tests, the benchmarks.
import { type Binary, type BinarySpec, goArchOf, type ReleaseArchive, type Target } from './binary-spec.ts';
import { type EnsureBinaryOptions, ensureBinary } from './ensure-binary.ts';

/** The version that the image runs as well (container/Dockerfile). */
const VERSION = '2.15.1';

/** Older ones refuse container/nats-server.conf: `connect_backoff` of routes is from 2.12. */
export const NATS_SERVER: BinarySpec = {
  name: 'nats-server',
  version: VERSION,
  minimumVersion: '2.12.0',
  variable: 'NATS_SERVER',
  versionArguments: ['--version'],
  versionPattern: /^nats-server: v(\d+\.\d+\.\d+)/,
  goPackage: 'github.com/nats-io/nats-server/v2',
  release: {
    baseUrl: `https://github.com/nats-io/nats-server/releases/download/v${VERSION}`,
    checksumsFile: 'SHA256SUMS',
    archiveFor,
  },
};

/** A nats-server to run: found, or else downloaded or built on first use. */
export function ensureNatsServer(options?: EnsureBinaryOptions): Promise<Binary> {
  return ensureBinary(NATS_SERVER, options);
}

/** There are releases for more platforms (arm, 386, Windows); these are the ones that workerd runs on too. */
function archiveFor({ platform, arch }: Target): ReleaseArchive | undefined {
  const goArch = goArchOf(arch);
  if (goArch === undefined || (platform !== 'linux' && platform !== 'darwin')) return undefined;
  const directory = `nats-server-v${VERSION}-${platform}-${goArch}`;
  return { file: `${directory}.tar.gz`, executable: `${directory}/nats-server` };
}
