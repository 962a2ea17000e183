// actionlint, which knows GitHub's workflows: found, or built on first use.

import type { Binary, BinarySpec } from '../../local/binaries/binary-spec.ts';
import { ensureBinary } from '../../local/binaries/ensure-binary.ts';

const ACTIONLINT: BinarySpec = {
  name: 'actionlint',
  version: '1.7.12',
  // Without YAML anchors before.
  minimumVersion: '1.7.10',
  variable: 'ACTIONLINT',
  versionArguments: ['-version'],
  versionPattern: /^v?(\d+\.\d+\.\d+)/,
  goPackage: 'github.com/rhysd/actionlint/cmd/actionlint',
  goModule: 'github.com/rhysd/actionlint',
  release: {
    baseUrl: 'https://github.com/rhysd/actionlint/releases',
    checksumsFile: '',
    archiveFor: () => undefined,
  },
};

export function ensureActionlint(): Promise<Binary> {
  return ensureBinary(ACTIONLINT, { log: console.error });
}
