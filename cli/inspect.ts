// `regions inspect`: checks the running cluster, and names the likely fix for what is not as it should be.

import { styleText } from 'node:util';
import { Command } from 'commander';
import type { CheckResult, Finding, Inspection, Outcome } from '../api/inspection.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { openClient } from './live.ts';
import { printable } from './printable.ts';
import { say } from './wrap.ts';

/** Makes the subcommand. */
export function inspectCommand(): Command {
  return withConnection(new Command('inspect'))
    .description(
      'check the running cluster as `nats audit` does, and what only Meridian knows of it, and name what to fix',
    )
    .option('--all', 'show the checks that pass too')
    .option('--json', 'print what it found as JSON')
    .addHelpText(
      'after',
      `
It ends with 1 if a check fails, with 7 if none does and something could not be
looked at, otherwise with 0, also with warnings. It needs the collector of
metrics, and a token that may read.`,
    )
    .action(async ({ json, all, ...options }: Options) => {
      const inspection = await (await openClient(options)).inspection();
      if (json) console.log(JSON.stringify(inspection, null, 2));
      else say(inspectionText(inspection, { all: all === true }));
      process.exitCode = exitCodeOf(inspection);
    });
}

type Options = ConnectionOptions & { readonly json?: true; readonly all?: true };

/** By the worst that was found: what is unknown is neither good nor bad. */
export function exitCodeOf({ checks }: Inspection): ExitCode {
  const found = new Set(checks.flatMap(({ findings }) => findings.map(({ outcome }) => outcome)));
  if (found.has('fail')) return EXIT.refused;
  return found.has('unknown') ? EXIT.unknown : EXIT.done;
}

const COLOUR: Readonly<Record<Outcome, Parameters<typeof styleText>[0]>> = {
  fail: 'red',
  warn: 'yellow',
  unknown: 'magenta',
  pass: 'green',
};

/** As wide as the longest outcome. */
const WIDTH = 'unknown'.length;

/** @param all the checks that pass too */
export function inspectionText({ checks, version }: Inspection, { all }: { readonly all: boolean }): string {
  const shown = checks.filter(({ outcome }) => all || outcome !== 'pass');
  const count = (wanted: Outcome) => checks.filter(({ outcome }) => outcome === wanted).length;
  const sum = `${count('pass')} of ${checks.length} checks pass, ${count('fail')} fail, ${count('warn')} warn, ${count('unknown')} could not be made everywhere (version ${version}).`;
  return [...shown.flatMap(checkLines), sum].join('\n');
}

function checkLines({ code, name, outcome, findings, leftOut }: CheckResult): readonly string[] {
  return [
    `${styleText(COLOUR[outcome], outcome.padEnd(WIDTH))}  ${code}  ${printable(name)}`,
    ...findings.map(findingLine),
    ...(leftOut > 0 ? [`${' '.repeat(WIDTH)}  and ${leftOut} more`] : []),
  ];
}

function findingLine({ outcome, region, what, fix }: Finding): string {
  const where = region === null ? '' : `${region}: `;
  const text = printable(`${where}${what}. Likely fix: ${fix}`);
  return `${' '.repeat(WIDTH)}  ${outcome === 'unknown' ? '?' : '-'} ${text}`;
}
