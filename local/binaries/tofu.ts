// OpenTofu, for `npm run infra`.

import { type Binary, type BinarySpec, goArchOf, type ReleaseArchive, type Target } from './binary-spec.ts';
import { type EnsureBinaryOptions, ensureBinary } from './ensure-binary.ts';

const VERSION = '1.12.6';

const PLATFORMS: ReadonlySet<string> = new Set(['linux', 'darwin']);

/** From 1.11 on, which has the lock in the bucket (`use_lockfile`) and encrypts the state. */
export const TOFU: BinarySpec = {
  name: 'tofu',
  version: VERSION,
  minimumVersion: '1.11.0',
  variable: 'TOFU',
  versionArguments: ['version'],
  // One that is built without its flag says "-dev", writes that into the state, and a release then refuses the state.
  versionPattern: /^OpenTofu v(\d+\.\d+\.\d+)(?![-\d])/m,
  goPackage: 'github.com/opentofu/opentofu/cmd/tofu',
  goModule: 'github.com/opentofu/opentofu',
  goBuild: {
    // What its own go.mod says: Go heeds only that of the module that is built.
    replace: [
      'github.com/hashicorp/hcl/v2 v2.20.1 => github.com/opentofu/hcl/v2 v2.20.2-0.20251021132045-587d123c2828',
    ],
    flags: ['-trimpath', '-ldflags=-s -w -X github.com/opentofu/opentofu/version.dev=no'],
    takes: 'several minutes',
  },
  release: {
    baseUrl: `https://github.com/opentofu/opentofu/releases/download/v${VERSION}`,
    checksumsFile: `tofu_${VERSION}_SHA256SUMS`,
    archiveFor,
  },
};

/** An OpenTofu to run: found, or else downloaded or built on first use. */
export function ensureTofu(options?: EnsureBinaryOptions): Promise<Binary> {
  return ensureBinary(TOFU, options);
}

function archiveFor({ platform, arch }: Target): ReleaseArchive | undefined {
  const goArch = goArchOf(arch);
  if (goArch === undefined || !PLATFORMS.has(platform)) return undefined;
  return { file: `tofu_${VERSION}_${platform}_${goArch}.tar.gz`, executable: 'tofu' };
}
