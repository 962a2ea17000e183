// `infra doctor`: proves the lock, looks what keys and token may do, whose the names are, and whether somebody holds the state.

import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import * as v from 'valibot';
import { hostnamesOf } from '../../regions/generate/infrastructure.ts';
import { type CloudflareApi, cloudflareApi } from '../cloudflare/api.ts';
import { EXIT } from '../exit.ts';
import { loadRegions, ROOT } from '../regions-file.ts';
import { wrapped } from '../wrap.ts';
import { lockRuleFindings } from './bucket-locks.ts';
import { domainFindings } from './domains.ts';
import { findingText, type InfraFinding, note } from './finding.ts';
import { bucketFindings, stateFindings } from './inspect-state.ts';
import {
  bucketAccessOf,
  type InfraOptions,
  isLocal,
  type Settings,
  settingsOf,
  withInfra,
} from './settings.ts';
import { StateBucket } from './state-bucket.ts';
import { tokenFindings } from './token-privilege.ts';

const LocalsSchema = v.object({ locals: v.object({ worker: v.string() }) });

export function doctorCommand(): Command {
  return withInfra(new Command('doctor'))
    .description('prove the lock, look what keys and token may do, and whose the names are (exit code 1)')
    .option('--json', 'print what it found as JSON')
    .action(async ({ json, ...options }: InfraOptions & { json?: true }, command: Command) => {
      const settings = settingsOf(options, process.env);
      const config = await loadRegions(command);
      const api = cloudflareApi(settings.env);
      const findings = [
        ...(await ofBucket(settings, api)),
        ...(await tokenFindings(settings.env)),
        ...(await domainFindings(api, hostnamesOf(config), await workerName())),
      ];
      console.log(json ? JSON.stringify(findings, null, 2) : wrapped(findings.map(findingText).join('\n')));
      if (findings.some(({ state }) => state === 'fix')) process.exitCode = EXIT.refused;
    });
}

async function ofBucket(
  settings: Settings,
  api: CloudflareApi | undefined,
): Promise<readonly InfraFinding[]> {
  if (await isLocal(settings))
    return [
      note(
        'local',
        'the state is in this folder: nobody else has it, and there is no history',
        'npm run infra -- migrate --to r2',
      ),
    ];
  const bucket = new StateBucket(bucketAccessOf(settings));
  const findings = await bucketFindings(bucket);
  if (findings.some(({ code }) => ['no_bucket', 'key_wrong', 'key_too_little'].includes(code)))
    return findings;
  return [
    ...findings,
    ...(await stateFindings(bucket, Date.now())),
    ...(await lockRuleFindings(api, bucket.name)),
  ];
}

async function workerName(): Promise<string> {
  const text = await readFile(new URL('infra/regions.tf.json', ROOT), 'utf8');
  return v.parse(LocalsSchema, JSON.parse(text)).locals.worker;
}
