// The `nats` command, for what the README shows of it: found, or built on first use.

import type { Binary, BinarySpec } from '../../local/binaries/binary-spec.ts';
import { ensureBinary } from '../../local/binaries/ensure-binary.ts';

const NATS_CLI: BinarySpec = {
  name: 'nats',
  version: '0.5.1',
  // Without WebSocket query strings that are kept before.
  minimumVersion: '0.2.0',
  variable: 'NATS_CLI',
  versionArguments: ['--version'],
  versionPattern: /^v?(\d+\.\d+\.\d+)/,
  goPackage: 'github.com/nats-io/natscli/nats',
  goModule: 'github.com/nats-io/natscli',
  // Its archives are for unzip: without Go it has to be there.
  release: {
    baseUrl: 'https://github.com/nats-io/natscli/releases',
    checksumsFile: '',
    archiveFor: () => undefined,
  },
};

export function ensureNatsCli(): Promise<Binary> {
  return ensureBinary(NATS_CLI, { log: console.error });
}
