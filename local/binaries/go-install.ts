// Builds a program from its published Go module. The Go toolchain checks the sources against the Go
// checksum database, so this is preferred to an archive.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binary, BinarySpec, Host, Problem } from './binary-spec.ts';
import { keepInCache } from './cache.ts';
import { runCommand } from './run-command.ts';
import { executablesOnPath } from './search-path.ts';

/** A cold build of nats-server takes about a minute on a good machine, one of OpenTofu several; a busy machine takes many times that. */
const BUILD_TIMEOUT_MS = 30 * 60_000;

/** Builds `spec` into the cache with the `go` on PATH and the user's own Go settings. */
export async function installWithGo(spec: BinarySpec, host: Host): Promise<Binary | Problem> {
  const { goPackage, goBuild: { replace = [], flags = [], takes = 'about a minute' } = {} } = spec;
  if (goPackage === undefined) return { problem: `${spec.name} is not built that way` };
  const [go] = await executablesOnPath('go', host.env);
  if (go === undefined) return { problem: 'no go on PATH' };
  host.log(`building ${spec.name} ${spec.version} with go install, once (${takes})...`);
  const outcome = await keepInCache(spec, host, 'go install', async (directory) => {
    // As a module that requires the program: `go install program@version` would also ask for the newest version,
    // to warn of a deprecated one, and fails where a module proxy has only the version that is asked for.
    await writeFile(
      join(directory, 'go.mod'),
      // From 1.17 on Go reads only those go.mod files that the build needs: a proxy may lack others.
      [
        'module build',
        'go 1.17',
        `require ${spec.goModule ?? goPackage} v${spec.version}`,
        ...replace.map((each) => `replace ${each}`),
      ]
        .map((line) => `${line}\n`)
        .join(''),
    );
    const run = await runCommand(go, ['install', '-mod=mod', ...flags, goPackage], {
      // What Go leaves of a build that is interrupted goes with the folder.
      env: { ...host.env, GOBIN: directory, GOTMPDIR: directory },
      cwd: directory,
      timeoutMs: BUILD_TIMEOUT_MS,
      signal: host.signal,
    });
    return 'problem' in run ? { problem: `${go} ${run.problem}` } : { path: join(directory, spec.name) };
  });
  if ('problem' in outcome) host.log(`go install failed: ${outcome.problem}`);
  return outcome;
}
