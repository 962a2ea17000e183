// Downloads a program from its project's releases, for machines without Go.
//
// The archive has to match the SHA-256 that the release itself publishes. Both come from the same server over
// HTTPS, so that catches a damaged or mixed-up download, but not a release that was replaced. (Checksums pinned
// here would catch that too; they were not reachable when this was written.)
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binary, BinarySpec, Host, Problem, ReleaseArchive } from './binary-spec.ts';
import { keepInCache } from './cache.ts';
import { runCommand } from './run-command.ts';

/** Archives have 10 to 40 MB; on a connection slower than this, installing the program by hand is better. */
const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;
const UNPACK_TIMEOUT_MS = 60_000;

/** Downloads, checks and unpacks the archive for this platform into the cache. */
export async function downloadRelease(spec: BinarySpec, host: Host): Promise<Binary | Problem> {
  const { platform, arch } = host.target;
  const archive = spec.release.archiveFor(host.target);
  if (archive === undefined) return { problem: `there is none for ${platform} on ${arch}` };
  host.log(`downloading ${spec.name} ${spec.version} from ${spec.release.baseUrl}, once...`);
  const content = await downloadChecked(spec, archive, host.signal);
  if ('problem' in content) return content;
  return keepInCache(spec, host, 'release archive', async (directory) => {
    const file = join(directory, 'archive');
    await writeFile(file, content);
    const run = await runCommand('tar', ['-xf', file, '-C', directory], {
      env: host.env,
      timeoutMs: UNPACK_TIMEOUT_MS,
    });
    return 'problem' in run
      ? { problem: `tar ${run.problem}` }
      : { path: join(directory, archive.executable) };
  });
}

async function downloadChecked(
  { release }: BinarySpec,
  { file }: ReleaseArchive,
  signal: AbortSignal | undefined,
): Promise<Buffer | Problem> {
  const checksums = await download(`${release.baseUrl}/${release.checksumsFile}`, signal);
  if ('problem' in checksums) return checksums;
  const expected = checksumOf(file, checksums.toString());
  if (expected === undefined) return { problem: `${release.checksumsFile} has no checksum of ${file}` };
  const content = await download(`${release.baseUrl}/${file}`, signal);
  if ('problem' in content) return content;
  const actual = createHash('sha256').update(content).digest('hex');
  if (actual === expected) return content;
  return {
    problem: `${file} has the SHA-256 ${actual}, but ${release.checksumsFile} says ${expected}: refused`,
  };
}

/** The SHA-256 of `file`, in lower case, in the lines of `sha256sum`. */
export function checksumOf(file: string, checksums: string): string | undefined {
  for (const line of checksums.split(/\r?\n/)) {
    const [, sum, name] = /^([0-9a-f]{64}) [ *](.+)$/i.exec(line) ?? [];
    if (name === file) return sum?.toLowerCase();
  }
  return undefined;
}

async function download(url: string, signal: AbortSignal | undefined): Promise<Buffer | Problem> {
  const deadline = AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS);
  try {
    const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, deadline]) : deadline });
    if (!response.ok) return { problem: `${url} answered ${response.status}` };
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    signal?.throwIfAborted();
    return { problem: `${url} could not be downloaded (${reasonOf(error)})` };
  }
}

/** fetch says only "fetch failed"; its cause has the reason. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
