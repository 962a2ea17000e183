// Prometheus, for `npm run observe`.

import { type Binary, type BinarySpec, goArchOf, type ReleaseArchive, type Target } from './binary-spec.ts';
import { type EnsureBinaryOptions, ensureBinary } from './ensure-binary.ts';

const VERSION = '3.5.0';

/** Prometheus' words for Node's `process.platform`, which are Node's own. */
const PLATFORMS: ReadonlySet<string> = new Set(['linux', 'darwin']);

/** From 2.42 on, which Debian has. Built with Go from its module it would not know its version. */
export const PROMETHEUS: BinarySpec = {
  name: 'prometheus',
  version: VERSION,
  minimumVersion: '2.42.0',
  variable: 'PROMETHEUS',
  versionArguments: ['--version'],
  versionPattern: /^prometheus, version (\d+\.\d+\.\d+)/,
  release: {
    baseUrl: `https://github.com/prometheus/prometheus/releases/download/v${VERSION}`,
    checksumsFile: 'sha256sums.txt',
    archiveFor,
  },
};

/** A Prometheus to run: found, or else downloaded on first use. */
export function ensurePrometheus(options?: EnsureBinaryOptions): Promise<Binary> {
  return ensureBinary(PROMETHEUS, options);
}

function archiveFor({ platform, arch }: Target): ReleaseArchive | undefined {
  const goArch = goArchOf(arch);
  if (goArch === undefined || !PLATFORMS.has(platform)) return undefined;
  const directory = `prometheus-${VERSION}.${platform}-${goArch}`;
  return { file: `${directory}.tar.gz`, executable: `${directory}/prometheus` };
}
