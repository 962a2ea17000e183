// How k6 is called: its arguments and its environment. Secrets are in the environment, since every user of the machine
// can read the arguments of a process.

import { join } from 'node:path';
import { type Runner, segmentArguments } from './segments.ts';

export interface K6Run {
  readonly script: string;
  readonly folder: string;
  /** Where it writes its samples. */
  readonly samples: string;
  readonly url: string;
  readonly profile: string;
  readonly site: string | undefined;
  readonly regions: readonly string[] | undefined;
  readonly wan: boolean;
  /** Cities come in through MF-CF-Blob. */
  readonly isLocal: boolean;
  /** Address of the control server. */
  readonly control: string | undefined;
  readonly adminToken: string | undefined;
  /** Which of several k6 that share the run; undefined if it is alone. */
  readonly runner: Runner | undefined;
  /** Further outputs of k6, `KIND` or `KIND=TARGET`, beside the samples that the report needs. */
  readonly outputs: readonly string[];
  /** `KEY=VALUE` for the script, stronger than all of the above. */
  readonly extra: readonly string[];
}

export const SAMPLES_FILE = 'samples.json.gz';
export const K6_SUMMARY_FILE = 'k6-summary.json';

/** The figures of a trend that thresholds may use: to show their values, k6's summary must have them. */
const TREND_STATS = 'avg,min,med,max,p(90),p(95),p(99)';

/** What {@link scriptArguments} depends on. */
export type ScriptRun = Omit<K6Run, 'folder' | 'samples' | 'outputs' | 'adminToken'>;

export function k6Arguments(run: K6Run): readonly string[] {
  return [
    'run',
    '--no-usage-report',
    ...['--out', `json=${run.samples}`],
    ...run.outputs.flatMap((output) => ['--out', output]),
    ...['--summary-export', join(run.folder, K6_SUMMARY_FILE)],
    ...['--summary-trend-stats', TREND_STATS],
    // What several k6 write to one place is told apart by the tag that the k6-operator sets too.
    ...(run.runner === undefined
      ? []
      : [...segmentArguments(run.runner), '--tag', `instance_id=${run.runner.number}`]),
    ...scriptArguments(run),
  ];
}

/** The script with its variables: the same for `k6 run` and `k6 inspect`. */
export function scriptArguments(run: ScriptRun): readonly string[] {
  const settings: readonly (readonly [string, string | undefined])[] = [
    ['URL', run.url],
    ['PROFILE', run.profile],
    ['REGIONS', run.regions?.join(',')],
    ['SITE', run.site],
    ['WAN', run.wan ? '1' : undefined],
    ['LOCAL', run.isLocal ? '1' : undefined],
    ['CONTROL', run.control],
    ['RUNNERS', run.runner && `${run.runner.of}`],
  ];
  return [
    ...settings.flatMap(([key, value]) => (value === undefined ? [] : ['-e', `${key}=${value}`])),
    ...run.extra.flatMap((each) => ['-e', each]),
    run.script,
  ];
}

/** Names that only this command may set: if they were left over in a shell, they would mislead the scripts. */
const OWN = ['URL', 'PROFILE', 'REGIONS', 'SITE', 'WAN', 'LOCAL', 'CONTROL', 'RUNNERS', 'ADMIN_TOKEN'];

export function k6Environment(
  { adminToken }: Pick<K6Run, 'adminToken'>,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !OWN.includes(name)));
  return { ...kept, ...(adminToken !== undefined && { ADMIN_TOKEN: adminToken }) };
}
