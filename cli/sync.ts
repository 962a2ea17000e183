// `regions sync [--check]`: writes, or compares, the files that are generated from regions.json.

import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { MeridianConfig } from '../regions/config.ts';
import type { ClassChange } from '../regions/generate/migrations.ts';
import { WranglerSyncError } from '../regions/generate/wrangler-sync.ts';
import { generatedFiles, migrationText, WRANGLER_FILE } from './generated-files.ts';
import { loadRegions, ROOT } from './regions-file.ts';
import { say } from './wrap.ts';

/** A generated file: its current text (undefined: no such file), and what it should be. */
interface GeneratedFile {
  readonly path: string;
  readonly current: string | undefined;
  readonly wanted: string;
}

/** Makes the subcommand. */
export function syncCommand(): Command {
  return new Command('sync')
    .description(
      'write what is generated from regions.json: wrangler.toml, the Worker classes, the JSON Schema, its reference',
    )
    .option('--check', 'write nothing, report what differs (exit code 1 if anything does)')
    .action(async ({ check }: { check?: true }, command: Command) => {
      const config = await loadRegions(command);
      const { files, added } = await generate(config).catch((error: unknown) => {
        if (error instanceof WranglerSyncError) return command.error(error.message);
        throw error;
      });
      const stale = files.filter(({ current, wanted }) => current !== wanted);
      if (check) return report(stale);
      for (const { path, wanted } of stale) {
        await writeFile(new URL(path, ROOT), wanted);
        say(`wrote ${path}`);
      }
      if (stale.length === 0) say('Everything agrees with regions/regions.json.');
      if (added !== undefined) say(migrationText(added));
    });
}

async function generate(
  config: MeridianConfig,
): Promise<{ files: GeneratedFile[]; added: ClassChange | undefined }> {
  const wrangler = await read(WRANGLER_FILE);
  if (wrangler === undefined)
    throw new WranglerSyncError('There is no wrangler.toml at the root of the repository.');
  const { wanted, added } = generatedFiles(config, wrangler);
  const files = [...wanted].map(async ([path, content]) => ({
    path,
    current: await read(path),
    wanted: content,
  }));
  return { files: await Promise.all(files), added };
}

function report(stale: readonly GeneratedFile[]): void {
  for (const { path, current, wanted } of stale) {
    say(
      current === undefined ? `${path} is missing.` : `${path} differs. ${firstDifference(current, wanted)}`,
    );
  }
  if (stale.length === 0) {
    say('Everything agrees with regions/regions.json.');
  } else {
    say('Run `npm run regions -- sync` and commit what it wrote.');
    process.exitCode = 1;
  }
}

/** The first line that differs, as it is and as it should be: for people who wonder why the check fails. */
function firstDifference(current: string, wanted: string): string {
  const have = current.split('\n');
  const want = wanted.split('\n');
  let line = 0;
  while (line < have.length && have[line] === want[line]) line += 1;
  return `Line ${line + 1} is ${quoted(have[line])}, and should be ${quoted(want[line])}.`;
}

function quoted(line: string | undefined): string {
  return line === undefined ? 'not there' : `\`${line}\``;
}

async function read(path: string): Promise<string | undefined> {
  return readFile(new URL(path, ROOT), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
