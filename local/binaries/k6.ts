// k6, for the load tests.
import { type Binary, type BinarySpec, goArchOf, type ReleaseArchive, type Target } from './binary-spec.ts';
import { type EnsureBinaryOptions, ensureBinary } from './ensure-binary.ts';

const VERSION = '2.2.0';

/** k6's words for Node's `process.platform`, and the kind of archive that it publishes there. */
const PLATFORMS: ReadonlyMap<string, readonly [name: string, archive: string]> = new Map([
  ['linux', ['linux', 'tar.gz']],
  ['darwin', ['macos', 'zip']],
]);

/** From 2.0 on: earlier versions have other commands, and their WebSockets were still experimental. */
export const K6: BinarySpec = {
  name: 'k6',
  version: VERSION,
  minimumVersion: '2.0.0',
  variable: 'K6',
  versionArguments: ['version'],
  // It prints its own file's name, which in the cache contains the version.
  versionPattern: /^k6\S* v(\d+\.\d+\.\d+)/,
  goPackage: 'go.k6.io/k6/v2',
  release: {
    baseUrl: `https://github.com/grafana/k6/releases/download/v${VERSION}`,
    checksumsFile: `k6-v${VERSION}-checksums.txt`,
    archiveFor,
  },
};

/** A k6 to run: found, or else downloaded or built on first use. */
export function ensureK6(options?: EnsureBinaryOptions): Promise<Binary> {
  return ensureBinary(K6, options);
}

function archiveFor({ platform, arch }: Target): ReleaseArchive | undefined {
  const goArch = goArchOf(arch);
  const [name, archive] = PLATFORMS.get(platform) ?? [];
  if (goArch === undefined || name === undefined) return undefined;
  const directory = `k6-v${VERSION}-${name}-${goArch}`;
  return { file: `${directory}.${archive}`, executable: `${directory}/k6` };
}
