// What --help says beyond the options: the scripts with their questions, the profiles, the exit codes.

import { wrappedHelp } from '../../cli/wrap.ts';
import { formatTable } from '../../regions/table.ts';
import { EXIT } from './loadtest-error.ts';
import { NATS_VARIABLES } from './nats-credentials.ts';
import { PROFILES } from './profiles.ts';
import { listScripts } from './scripts.ts';

/** Each with what it is for. */
const EXAMPLES = [
  ['latency', 'a few seconds, on a local stack'],
  ['routing --profile average --wan', 'with the latency of real distances'],
  ['latency --url https://edge.example.com --site tokyo', 'a deployment, from here'],
  ['latency -e DURATION=90s -e SIZE=1024', "with the script's own variables"],
  ['soak --profile average --out web-dashboard', 'watched live, at http://127.0.0.1:5665'],
  ['plan latency --url https://edge.example.com --runners 3', 'from three machines at once'],
] as const;

export async function helpTopics(): Promise<string> {
  const scripts = await listScripts();
  return wrappedHelp(`
Examples:
${EXAMPLES.map(([args, use]) => `  npm run loadtest -- ${args}\n      ${use}`).join('\n')}

Scripts:
${indented(scripts.map(({ name, question }) => [name, question]))}

Profiles:
${indented(Object.entries(PROFILES))}

A deployment's credentials come from the environment: ${NATS_VARIABLES} for its NATS servers, MERIDIAN_ADMIN_TOKEN or MERIDIAN_TOKEN for its API.

Exit codes:
${indented([
  [`${EXIT.ok}`, 'measured, and every threshold held'],
  [`${EXIT.thresholdsCrossed}`, 'a threshold was crossed, or not all of the run was measured'],
  [`${EXIT.interrupted}`, 'interrupted; the report says so'],
  [`${EXIT.failed}`, 'wrong arguments, or something unforeseen'],
  [`${EXIT.noProgram}`, 'k6 or nats-server was not found, and could not be downloaded or built'],
  [`${EXIT.targetDown}`, 'nothing that serves NATS answers at the target'],
  [`${EXIT.refused}`, 'the target requires credentials, or other ones'],
  ['other', "k6's own, such as 107 for an error in the script"],
])}`);
}

function indented(rows: readonly (readonly string[])[]): string {
  return formatTable(rows.map(([first = '', ...rest]) => [`  ${first}`, ...rest]));
}
