// `regions check [FILE]`: all problems of a configuration at once. Exit code 1 if there are any.

import { Command } from 'commander';
import { describeProblem, type Problem } from '../regions/problems.ts';
import { REGIONS_FILE, readConfig } from './regions-file.ts';
import { say } from './wrap.ts';

/** Makes the subcommand. */
export function checkCommand(): Command {
  return new Command('check')
    .description('check a configuration and list all of its problems (exit code 1 if there are any)')
    .argument('[file]', 'the file to check', REGIONS_FILE)
    .option('--json', 'print problems and warnings as JSON')
    .action(async (file: string, { json }: { json?: true }, command: Command) => {
      const result = await readConfig(command, file);
      const problems = result.ok ? [] : result.problems;
      if (!result.ok) process.exitCode = 1;
      if (json) {
        const described = {
          ok: result.ok,
          problems: problems.map(withText),
          warnings: result.warnings.map(withText),
        };
        console.log(JSON.stringify(described, null, 2));
        return;
      }
      for (const problem of problems) say(`error    ${describeProblem(problem)}`);
      for (const problem of result.warnings) say(`warning  ${describeProblem(problem)}`);
      say(`${file}: ${count(problems, 'error')}, ${count(result.warnings, 'warning')}.`);
    });
}

function withText(problem: Problem): Problem & { text: string } {
  return { ...problem, text: describeProblem(problem) };
}

function count(problems: readonly Problem[], word: string): string {
  return `${problems.length} ${word}${problems.length === 1 ? '' : 's'}`;
}
