// The two programs of the stand-in base, both statically linked: nats-server of the image's version, and busybox.

import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binary, Environment, Host, Problem } from '../binaries/binary-spec.ts';
import { cacheDirectory, cachedPath } from '../binaries/cache.ts';
import { installWithGo } from '../binaries/go-install.ts';
import { inspectBinary } from '../binaries/inspect-binary.ts';
import { NATS_SERVER } from '../binaries/nats-server.ts';
import { downloadRelease } from '../binaries/release-archive.ts';
import { executablesOnPath } from '../binaries/search-path.ts';
import { ImageError } from './image-error.ts';

/** Debian's and Alpine's names for it. */
const BUSYBOX_NAMES = ['busybox', 'busybox.static'] as const;

/** nats-server without any library, from the cache, or built or downloaded on first use. */
export async function staticNatsServer(
  env: Environment,
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  if (process.platform !== 'linux')
    throw new ImageError(`a stand-in base can be made on Linux only, and this is ${process.platform}`);
  const cache = join(cacheDirectory({ env, target: process }), 'static');
  const host: Host = {
    // -s leaves out symbols: a third less.
    env: {
      ...env,
      MERIDIAN_CACHE: cache,
      CGO_ENABLED: '0',
      GOFLAGS: `${env.GOFLAGS ?? ''} -trimpath -ldflags=-s`,
    },
    target: process,
    log,
    signal,
  };
  const tried: string[] = [];
  for (const step of [
    fromCache,
    () => installWithGo(NATS_SERVER, host),
    () => downloadRelease(NATS_SERVER, host),
  ]) {
    signal?.throwIfAborted();
    const outcome = await step(host);
    if (!('problem' in outcome)) return outcome.path;
    tried.push(outcome.problem);
  }
  throw new ImageError(`no nats-server for the stand-in base: ${tried.join('; ')}. Install Go`);
}

async function fromCache(host: Host): Promise<Binary | Problem> {
  const path = cachedPath(NATS_SERVER, host);
  const inspected = await inspectBinary(NATS_SERVER, path, host.env);
  return 'problem' in inspected ? inspected : { path, version: inspected.version, source: 'cache' };
}

/** A busybox of this machine that needs no library. */
export async function staticBusybox(env: Environment): Promise<string> {
  for (const name of BUSYBOX_NAMES) {
    for (const path of await executablesOnPath(name, env)) {
      if (await isStatic(path)) return path;
    }
  }
  throw new ImageError(
    'no statically linked busybox for the stand-in base: apt-get install busybox-static (Debian, Ubuntu), apk add busybox-static (Alpine)',
  );
}

const ELF_MAGIC = '\x7fELF';
const ELF_64_BIT = 2;
/** The program header that names a dynamic linker. */
const PT_INTERP = 3;
const HEADER_BYTES = 64;

/** True for a 64-bit ELF executable that asks for no dynamic linker. */
export async function isStatic(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer: header } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    if (header.toString('latin1', 0, 4) !== ELF_MAGIC || header[4] !== ELF_64_BIT) return false;
    const [offset, size, count] = [
      Number(header.readBigUInt64LE(32)),
      header.readUInt16LE(54),
      header.readUInt16LE(56),
    ];
    const { buffer: table } = await file.read(Buffer.alloc(size * count), 0, size * count, offset);
    return Array.from({ length: count }, (_, index) => table.readUInt32LE(index * size)).every(
      (type) => type !== PT_INTERP,
    );
  } finally {
    await file.close();
  }
}
