// A program with subcommands: how it is run, how it reports what failed, and with which code it ends.

import type { Command, CommanderError } from 'commander';
import { CommandError, EXIT, EXIT_CODES_HELP } from './exit.ts';
import { USUAL_WIDTH, wrapped } from './wrap.ts';

/** Runs the subcommand that the arguments of this process name. */
export async function runProgram(program: Command, subcommands: readonly Command[]): Promise<void> {
  program
    .showHelpAfterError('Try --help.')
    .exitOverride(leave)
    .configureOutput({
      getOutHelpWidth: () => process.stdout.columns || USUAL_WIDTH,
      getErrHelpWidth: () => process.stderr.columns || USUAL_WIDTH,
    });
  for (const subcommand of subcommands) program.addCommand(likeProgram(program, subcommand));
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { message, details } = error;
    if (process.argv.includes('--json'))
      console.log(JSON.stringify({ error: { ...details, message } }, null, 2));
    console.error(wrapped(message, process.stderr));
    process.exitCode = error.exitCode;
  }
}

/** Subcommands of a subcommand too. */
function likeProgram(program: Command, command: Command): Command {
  for (const subcommand of command.commands) likeProgram(program, subcommand);
  return command.copyInheritedSettings(program).addHelpText('after', EXIT_CODES_HELP);
}

/** Commander has printed what is wrong; only errors in the arguments get the exit code for usage. */
function leave({ code, exitCode }: CommanderError): never {
  const isUsage = exitCode !== 0 && code !== 'commander.error';
  process.exit(isUsage ? EXIT.usage : exitCode);
}
