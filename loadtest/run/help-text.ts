// What --help says beyond the options: the scripts with their questions, the profiles, the exit codes.

import { formatTable } from '../../regions/table.ts';
import { EXIT } from './loadtest-error.ts';
import { PROFILES } from './profiles.ts';
import { listScripts } from './scripts.ts';

export async function helpTopics(): Promise<string> {
  const scripts = await listScripts();
  return `
Scripts:
${indented(scripts.map(({ name, question }) => [name, question]))}

Profiles:
${indented(Object.entries(PROFILES))}

A deployment's credentials come from the environment: NATS_USER and NATS_PASSWORD, or NATS_TOKEN; for its admin API
MERIDIAN_ADMIN_TOKEN or MERIDIAN_TOKEN.

Exit codes:
${indented([
  [`${EXIT.ok}`, 'measured, and every threshold held'],
  [`${EXIT.thresholdsCrossed}`, 'measured, and a threshold was crossed'],
  [`${EXIT.interrupted}`, 'interrupted; the report says so'],
  [`${EXIT.failed}`, 'wrong arguments, or something unforeseen'],
  [`${EXIT.noProgram}`, 'k6 or nats-server was not found, and could not be downloaded or built'],
  [`${EXIT.targetDown}`, 'nothing that serves NATS answers at the target'],
  [`${EXIT.refused}`, 'the target requires credentials, or other ones'],
  ['other', "k6's own, such as 107 for an error in the script"],
])}`;
}

function indented(rows: readonly (readonly string[])[]): string {
  return formatTable(rows.map(([first = '', ...rest]) => [`  ${first}`, ...rest]));
}
