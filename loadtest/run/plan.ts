// A run that is shared by several k6, as what an engine or a person needs to start them: a TestRun of the k6-operator for
// Kubernetes with the script in a ConfigMap, and commands for machines by hand.

import { stringify } from 'yaml';
import { LoadtestError } from './loadtest-error.ts';
import { segmentArguments } from './segments.ts';

export interface Plan {
  /** The script's name. */
  readonly script: string;
  /** The script with all that it imports. */
  readonly bundle: string;
  readonly runners: number;
  readonly url: string;
  readonly profile: string;
  readonly regions: readonly string[] | undefined;
  readonly outputs: readonly string[];
  /** `KEY=VALUE` for the script. */
  readonly extra: readonly string[];
  /** Of k6, for the image. */
  readonly k6Version: string;
}

/** A custom resource of the k6-operator, as far as it is used here. */
export interface TestRun {
  readonly apiVersion: 'k6.io/v1alpha1';
  readonly kind: 'TestRun';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly parallelism: number;
    readonly script: { readonly configMap: { readonly name: string; readonly file: string } };
    /** What k6 gets, separated by spaces; older operators know only this. */
    readonly arguments?: string;
    /** The same as it is; where something has a space in it. */
    readonly args?: readonly string[];
    readonly runner: {
      readonly image: string;
      readonly envFrom: readonly { readonly secretRef: { readonly name: string; readonly optional: true } }[];
    };
  };
}

export interface ConfigMap {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly metadata: { readonly name: string };
  readonly data: Readonly<Record<string, string>>;
}

/** Where the runners find NATS_USER and the like, if they need them. */
export const SECRET = 'meridian-loadtest';

/** Kubernetes refuses a larger ConfigMap; its other fields need little. */
const MOST_BYTES = 1_000_000;

/** A word that means itself to every shell. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** Of a name in Kubernetes; the operator appends to it. */
const MOST_NAME = 50;

/** @throws LoadtestError when the script does not fit */
export function configMapOf({ script, bundle }: Plan): ConfigMap {
  const bytes = Buffer.byteLength(bundle);
  if (bytes > MOST_BYTES)
    throw new LoadtestError(
      `${script} is of ${bytes} bytes with all that it imports, and a ConfigMap holds ${MOST_BYTES}`,
    );
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: nameOf(script) },
    data: { [fileOf(script)]: bundle },
  };
}

export function testRunOf(plan: Plan): TestRun {
  const name = nameOf(plan.script);
  return {
    apiVersion: 'k6.io/v1alpha1',
    kind: 'TestRun',
    metadata: { name },
    spec: {
      parallelism: plan.runners,
      script: { configMap: { name, file: fileOf(plan.script) } },
      ...argumentsOf(plan),
      runner: {
        image: `grafana/k6:${plan.k6Version}`,
        envFrom: [{ secretRef: { name: SECRET, optional: true } }],
      },
    },
  };
}

/** The operator adds the segment of each runner. */
function argumentsOf(plan: Plan): { readonly arguments: string } | { readonly args: readonly string[] } {
  const words = [
    '--no-usage-report',
    ...plan.outputs.flatMap((output) => ['--out', output]),
    ...variablesOf(plan).flatMap((variable) => ['-e', variable]),
  ];
  if (words.every((word) => PLAIN.test(word))) return { arguments: words.join(' ') };
  // Kubernetes takes `$(NAME)` for a variable of its own.
  return { args: words.map((word) => word.replaceAll('$(', '$$$$(')) };
}

/** Both, for `kubectl apply -f`. */
export function manifestOf(plan: Plan): string {
  const documents = [configMapOf(plan), testRunOf(plan)].map((each) => stringify(each, { lineWidth: 0 }));
  return documents.join('---\n');
}

/** For machines by hand: a command for each, and the one that makes one report of theirs. */
export function commandsOf(plan: Plan): string {
  const numbers = Array.from({ length: plan.runners }, (_, index) => index + 1);
  const folder = (number: number) => `runs/runner-${number}`;
  const own = numbers.map((number) =>
    shell([
      ...['npm', 'run', 'loadtest', '--', plan.script, '--url', plan.url, '--profile', plan.profile],
      ...(plan.regions === undefined ? [] : ['--regions', plan.regions.join(',')]),
      ...plan.outputs.flatMap((output) => ['--out', output]),
      ...plan.extra.flatMap((variable) => ['-e', variable]),
      ...['--runner', `${number}/${plan.runners}`, '--site', `runner-${number}`, '--report', folder(number)],
    ]),
  );
  const plain = numbers.map((number) =>
    shell([
      ...['k6', 'run', '--no-usage-report'],
      ...segmentArguments({ number, of: plan.runners }),
      ...plan.outputs.flatMap((output) => ['--out', output]),
      ...variablesOf(plan).flatMap((variable) => ['-e', variable]),
      fileOf(plan.script),
    ]),
  );
  return [
    '# One on each machine, all at the same time; each machine has this version of the project.',
    '# Credentials come from the environment: NATS_USER and NATS_PASSWORD, NATS_TOKEN, or NATS_JWT.',
    ...own,
    '',
    '# Then, with the folders of all on one machine:',
    shell(['npm', 'run', 'loadtest', '--', 'merge', ...numbers.map(folder), '--report', 'runs/merged']),
    '',
    '# The same load by k6 alone, where the project is not: it leaves no report to merge, only what --out has.',
    ...plain,
    '',
  ].join('\n');
}

function variablesOf({ url, profile, runners, regions, extra }: Plan): readonly string[] {
  return [
    `URL=${url}`,
    `PROFILE=${profile}`,
    `RUNNERS=${runners}`,
    ...(regions === undefined ? [] : [`REGIONS=${regions.join(',')}`]),
    ...extra,
  ];
}

/** As Kubernetes wants it: small letters, digits and `-`. */
function nameOf(script: string): string {
  const name = script.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return `meridian-${name}`.slice(0, MOST_NAME).replace(/-+$/, '');
}

export function fileOf(script: string): string {
  return `${script.replace(/[^\w.-]/g, '-')}.js`;
}

function shell(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
