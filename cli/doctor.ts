// `regions doctor` (`npm run doctor`): looks at everything that has to be right, and names the fix for what is not.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { Command } from 'commander';
import type { RegionViews } from '../api/regions.ts';
import { externalRegions } from '../regions/config.ts';
import { AdminClient } from './admin-client.ts';
import { type ConnectionOptions, resolveConnection, withConnection } from './connection.ts';
import {
  dockerFinding,
  type Finding,
  fileFinding,
  kvFinding,
  liveFindings,
  loginFinding,
  nodeFinding,
  type Ran,
  secretFindings,
} from './doctor-findings.ts';
import { CommandError, EXIT } from './exit.ts';
import { printable } from './printable.ts';
import { REGIONS_FILE, ROOT, readConfig } from './regions-file.ts';
import { tokenFindings } from './tokens/token-matrix.ts';
import { tryTokens } from './tokens/try-tokens.ts';
import { wrapped } from './wrap.ts';

const PROJECT = fileURLToPath(ROOT);
const PROGRAM_TIMEOUT_MS = 30_000;

const KV_LOOKS = 3;
const KV_LOOK_MS = 1_000;

/** Makes the subcommand. */
export function doctorCommand(): Command {
  return withConnection(new Command('doctor'))
    .description(
      'look at Node, Docker, login, tokens, secrets, the file, the edge and KV, and name what to fix (exit code 1)',
    )
    .option('--json', 'print what it found as JSON')
    .action(async ({ json, ...options }: ConnectionOptions & { json?: true }, command: Command) => {
      const file = await readConfig(command, REGIONS_FILE);
      const [docker, login, written] = await Promise.all([
        run('docker', ['version', '--format', '{{.Server.Version}}']),
        wrangler('whoami', '--json'),
        run(process.execPath, [join(PROJECT, 'cli/main.ts'), 'sync', '--check']),
      ]);
      const hasAccess = file.ok && file.config.admin.accessTeamDomain !== undefined;
      const ofExternal = file.ok ? externalRegions(file.config).flatMap(({ secret }) => secret ?? []) : [];
      const secrets = login?.code === 0 ? await wrangler('secret', 'list', '--format', 'json') : undefined;
      const findings = [
        nodeFinding(process.versions.node),
        fileFinding(file.ok ? 0 : file.problems.length, written?.code === 0),
        dockerFinding(docker),
        loginFinding(login),
        ...(await tryTokens(process.env)).flatMap((tried) => tokenFindings(tried, Date.now())),
        ...(secrets === undefined ? [] : secretFindings(secrets, hasAccess, ofExternal)),
        ...(await edgeFindings(options, file.ok ? file.config : undefined)),
      ];
      console.log(json ? JSON.stringify(findings, null, 2) : findings.map(lineOf).join('\n'));
      if (findings.some(({ state }) => state === 'fix')) process.exitCode = EXIT.refused;
    });
}

async function edgeFindings(
  options: ConnectionOptions,
  file: Parameters<AdminClient['dryRun']>[0] | undefined,
): Promise<readonly Finding[]> {
  try {
    const connection = await resolveConnection(options);
    const client = new AdminClient(connection);
    const { origin } = connection.url;
    try {
      const config = await client.config();
      const { regions, version: routedBy } = await routing(client, config.version);
      const changes = file === undefined ? [] : (await client.dryRun(file)).changes;
      return [
        { state: 'ok', text: `${origin} answers, and knows the token` },
        kvFinding(config, routedBy, Date.now()),
        ...liveFindings(config, changes, regions),
      ];
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const isNamed = connection.isExplicit;
      return [{ state: isNamed ? 'fix' : 'note', text: printable(error.message) }];
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [{ state: 'fix', text: error.message }];
  }
}

/** A Worker that has answered nobody for a while reads KV with the first request, and routes by it from the next on. */
async function routing(client: AdminClient, newest: number): Promise<RegionViews> {
  let views = await client.regions();
  for (let looks = 1; views.version < newest && looks < KV_LOOKS; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, KV_LOOK_MS));
    views = await client.regions();
  }
  return views;
}

const MARK = { ok: ['green', 'ok  '], fix: ['red', 'fix '], note: ['yellow', 'note'] } as const;

function lineOf({ state, text, fix }: Finding): string {
  const [colour, mark] = MARK[state];
  const line = wrapped(`${mark}  ${text}${fix === undefined ? '' : `: ${fix}`}`);
  return styleText(colour, line.slice(0, mark.length)) + line.slice(mark.length);
}

function wrangler(...args: readonly string[]): Promise<Ran | undefined> {
  return run(process.execPath, [join(PROJECT, 'node_modules/wrangler/bin/wrangler.js'), ...args]);
}

/** Without a terminal, so that it asks nothing. */
function run(program: string, args: readonly string[]): Promise<Ran | undefined> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', CI: 'true' };
    const child = execFile(
      program,
      args,
      { cwd: PROJECT, env, timeout: PROGRAM_TIMEOUT_MS },
      (error, out, err) => {
        if (error?.code === 'ENOENT') return resolve(undefined);
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, out, err });
      },
    );
    child.stdin?.end();
  });
}
