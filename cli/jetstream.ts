// `regions jetstream [status]`: which JetStream servers hold the streams, which wait, what was lost; `regions
// jetstream accept-loss`: gives up the streams that neither a server nor a backup has.

import { Command } from 'commander';
import type { JetStream } from '../api/jetstream.ts';
import { formatTable } from '../regions/table.ts';
import { durationText, instantText } from './backup-text.ts';
import { type ConfirmOptions, confirm } from './confirm.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { CommandError, EXIT } from './exit.ts';
import { openClient } from './live.ts';
import { printable } from './printable.ts';
import { say } from './wrap.ts';

type Options = ConnectionOptions & { readonly json?: true };

/** Makes the subcommand. */
export function jetstreamCommand(): Command {
  const command = new Command('jetstream').description(
    'show which JetStream servers hold the streams, or accept that streams are lost',
  );
  return command.addCommand(statusCommand(), { isDefault: true }).addCommand(acceptLossCommand());
}

function statusCommand(): Command {
  return withConnection(new Command('status'))
    .description('show which JetStream servers hold the streams, which wait and for what, and what was lost')
    .option('--json', 'print it as JSON')
    .action(async ({ json, ...options }: Options) => {
      const status = await (await openClient(options)).jetstream();
      console.log(json ? JSON.stringify(status, null, 2) : statusText(status, Date.now()));
    });
}

function acceptLossCommand(): Command {
  return withConnection(new Command('accept-loss'))
    .description('give up the streams that neither a server nor a backup has, so that JetStream starts again')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--json', 'print the result as JSON')
    .action(async (options: Options & ConfirmOptions) => {
      const client = await openClient(options);
      const before = await client.jetstream();
      const { loss } = before;
      if (loss?.phase !== 'waiting' && loss?.phase !== 'incomplete') {
        throw new CommandError(EXIT.refused, `Nothing was changed: ${whyNothingWaits(before)}.`, {
          details: { code: 'nothing_lost' },
        });
      }
      // On stderr with --json, and only if a question follows, as before every change.
      if (!options.json) say(lossText(loss));
      else if (!options.yes) console.error(lossText(loss));
      await confirm('Give them up? Those that have no backup cannot be brought back.', options);
      const after = await client.acceptLoss();
      if (options.json) console.log(JSON.stringify(after, null, 2));
      else say(ACCEPTED[loss.phase]);
    });
}

function whyNothingWaits({ loss }: JetStream): string {
  if (loss === null) return 'no stream is lost';
  return loss.phase === 'deciding'
    ? 'whether there are backups is still being found out'
    : 'the streams are being restored';
}

/** @param now ms since the epoch */
export function statusText({ members, problem, loss, lastRestore }: JetStream, now: number): string {
  if (members.length === 0) return 'No region takes part in JetStream.';
  const rows = members.map(({ region, state, server, since, why = '' }) => {
    const time = since === null ? '-' : durationText(now - since);
    return [region, state, server, time, why].map(printable);
  });
  const parts = [formatTable([['REGION', 'STREAMS', 'SERVER', 'FOR', 'WHY'], ...rows])];
  if (loss !== null) parts.push(lossText(loss));
  else if (problem !== null) parts.push(`JetStream does not serve: ${printable(problem)}.`);
  if (lastRestore !== null) {
    const { at, streams, problems } = lastRestore;
    const lines = [`${instantText(at)}: ${streams} streams were restored after a loss.`, ...problems];
    parts.push(lines.map(printable).join('\n  '));
  }
  return parts.join('\n\n');
}

const ACCEPTED = {
  waiting: 'Accepted: the JetStream servers start now, and streams with a backup are restored.',
  incomplete: 'Accepted: clients are let in now. What there is in the bucket stays: `regions backup list`.',
};

const PHASES: Readonly<Record<NonNullable<JetStream['loss']>['phase'], string>> = {
  deciding: 'whether they can be restored is being found out.',
  waiting: 'bring a backup (`regions backup import`), or give them up: `regions jetstream accept-loss`.',
  forming: 'the servers start, to be filled from the backup.',
  restoring: 'they are being restored from the backup.',
  incomplete:
    'they could not be restored, which is tried again. Restore an earlier point (`regions backup restore STREAM --at TIME`), bring another backup, or give them up: `regions jetstream accept-loss`.',
};

/** Whoever gave them up now might give up what is backed up. */
const BACKUPS_UNKNOWN =
  'whether they are backed up is unknown, since the bucket does not answer; that is tried again.';

function lossText({ since, phase, streams, problems = [] }: NonNullable<JetStream['loss']>): string {
  const rows = streams.map(({ account, stream, messages, lastSeq, backup }) => {
    const backedUp = backup === null ? '?' : backup ? 'yes' : 'NO';
    return [account, stream, String(messages), String(lastSeq), backedUp].map(printable);
  });
  const isUnknown = phase === 'waiting' && streams.every(({ backup }) => backup === null);
  return [
    `No server has held these streams since ${instantText(since)}; ${isUnknown ? BACKUPS_UNKNOWN : PHASES[phase]}`,
    formatTable([['ACCOUNT', 'STREAM', 'MESSAGES', 'LAST SEQ', 'BACKUP'], ...rows]),
    ...problems.map(printable),
  ].join('\n');
}
