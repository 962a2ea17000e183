// `regions backup ...`: lists, shows, restores, verifies, exports and imports the backups of streams.

import { Command } from 'commander';
import type { RestoreBody, RestorePlan } from '../api/backups.ts';
import type { BackupName } from '../api/client.ts';
import type { AdminClient } from './admin-client.ts';
import { positiveNumber } from './arguments.ts';
import { readFolder, writeFolder } from './backup-folder.ts';
import { backupsTable, bytesText, detailText, jobsTable, planText } from './backup-text.ts';
import { configBackupText } from './config-backup-text.ts';
import { type ConfirmOptions, confirm } from './confirm.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { deleteCommand } from './delete-backup.ts';
import { CommandError, EXIT } from './exit.ts';
import { openClient } from './live.ts';
import { pointInTime } from './point.ts';
import { printable } from './printable.ts';
import { restoreConfigCommand } from './restore-config.ts';
import { waitForJob } from './wait-for-job.ts';
import { say } from './wrap.ts';

/** The account of those who connect without one. */
const DEFAULT_ACCOUNT = '$G';

interface Options extends ConnectionOptions, ConfirmOptions {
  readonly account: string;
}

/** The part of the stream's past to take. */
interface PointOptions {
  readonly at?: number;
  readonly seq?: number;
}

/** Makes the subcommand. */
export function backupCommand(): Command {
  const command = new Command('backup').description(
    'the backups of streams on R2: list, restore, verify, take away',
  );
  for (const subcommand of [
    listCommand(),
    showCommand(),
    restoreCommand(),
    verifyCommand(),
    jobsCommand(),
    exportCommand(),
    importCommand(),
    deleteCommand(DEFAULT_ACCOUNT),
    restoreConfigCommand(),
  ]) {
    command.addCommand(subcommand);
  }
  return command;
}

function listCommand(): Command {
  return withConnection(new Command('list'))
    .description('list the backups of all streams: size, age, lag, last verification')
    .option('--json', 'print them as JSON')
    .action(async ({ json, ...options }: Options) => {
      const client = await openClient(options);
      const backups = await client.backups();
      // The streams are listed all the same.
      const config = await client.configBackup().catch(({ message }: Error) => message);
      if (json) {
        const asked = typeof config === 'string' ? { problem: config } : config;
        return console.log(JSON.stringify({ ...backups, config: asked }, null, 2));
      }
      const { enabled, streams, problems } = backups;
      if (!enabled) say('Backups are off: jetstream.backup.enabled is false.');
      say(streams.length === 0 ? 'There is no backup of a stream.' : backupsTable(streams, Date.now()));
      for (const problem of problems) say(printable(problem));
      say(
        typeof config === 'string'
          ? `Configuration and audit log: ${printable(config)}`
          : configBackupText(config, Date.now()),
      );
    });
}

function showCommand(): Command {
  return ofStream('show')
    .description('show one backup: what it holds, and the times that can be restored')
    .action(async (stream: string, { account, json, ...options }: Options) => {
      const detail = await (await openClient(options)).backup({ account, stream });
      console.log(json ? JSON.stringify(detail, null, 2) : detailText(detail, Date.now()));
    });
}

function restoreCommand(): Command {
  return withPoint(ofStream('restore'))
    .description('restore a stream, after showing what would come back; one that exists is never touched')
    .option('--as <name>', 'under another name')
    .option('--dry-run', 'only show what would come back')
    .option('--no-wait', 'do not wait until it is done')
    .option('-y, --yes', 'do not ask for confirmation')
    .action(
      async (
        stream: string,
        options: Options & PointOptions & { as?: string; dryRun?: true; wait: boolean },
      ) => {
        const { account, json, yes, dryRun, wait } = options;
        const name = { account, stream };
        const body = restoreBodyOf(options);
        const client = await openClient(options);
        const plan = await client.planRestore(name, body);
        if (dryRun && json) return console.log(JSON.stringify(plan, null, 2));
        if (!json) say(planText(plan));
        else if (!yes) console.error(planText(plan));
        if (plan.targetExists) throw targetExists(name, plan.as, dryRun === true);
        if (plan.takenBy.length > 0) throw subjectsTaken(plan, dryRun === true);
        if (dryRun) return;
        await confirm(`Restore ${printable(stream)}?`, options);
        const started = await client.restore(name, body);
        const job = wait ? await waitForJob(client, started) : started;
        if (json) return console.log(JSON.stringify(job, null, 2));
        if (!wait) return say(`Started: \`regions backup jobs ${job.id}\` shows how far it is.`);
        say(`Done: ${job.doneMessages} messages. ${printable(job.result ?? '')}`.trimEnd());
      },
    );
}

/** Like a refusal of the restore itself; for a dry run too, so that scripts see it. */
function targetExists({ account, stream }: BackupName, as: string, isDryRun: boolean): CommandError {
  const start = isDryRun ? 'It would be refused' : 'Nothing was restored';
  return new CommandError(
    EXIT.refused,
    `${start}: the stream ${printable(as)} of ${printable(account)} exists, and a stream that exists is never touched. Restore it under another name (--as), or delete that stream first.`,
    { details: { code: 'stream_exists', account, stream, as } },
  );
}

/** The same, for a stream whose subjects are another's. */
function subjectsTaken(
  { account, stream, as, subjects, takenBy }: RestorePlan,
  isDryRun: boolean,
): CommandError {
  const start = isDryRun ? 'It would be refused' : 'Nothing was restored';
  const others = takenBy.map(printable).join(', ');
  return new CommandError(
    EXIT.refused,
    `${start}: ${others} of ${printable(account)} takes messages of its subjects (${subjects.map(printable).join(', ')}), and a subject is of one stream. Give that stream other subjects, or delete it.`,
    { details: { code: 'subjects_taken', account, stream, as, takenBy } },
  );
}

function verifyCommand(): Command {
  return withConnection(new Command('verify'))
    .argument('[stream]', 'name of the stream; all if absent')
    .description('restore a backup into a server of its own and compare it; without a name, all of them')
    .option('--account <account>', 'account of the stream', DEFAULT_ACCOUNT)
    .option('--json', 'print the results as JSON')
    .action(async (stream: string | undefined, options: Options) => {
      const { account, json } = options;
      const client = await openClient(options);
      const names = stream === undefined ? await allBackups(client) : [{ account, stream }];
      const jobs = [];
      const failures: string[] = [];
      for (const name of names) {
        try {
          const job = await waitForJob(client, await client.verify(name));
          jobs.push(job);
          if (!json) say(`${printable(name.stream)}: ${printable(job.result ?? 'as it should be')}`);
        } catch (error) {
          // One that fails is no reason not to verify the others.
          if (!(error instanceof CommandError) || error.exitCode !== EXIT.refused) throw error;
          if (!json) console.error(error.message);
          failures.push(error.message);
          if (error.details.job !== undefined) jobs.push(error.details.job);
        }
      }
      if (json) console.log(JSON.stringify({ jobs, failures }, null, 2));
      else if (names.length === 0) say('There is no backup of a stream.');
      if (failures.length > 0) process.exitCode = EXIT.refused;
    });
}

async function allBackups(client: AdminClient): Promise<readonly BackupName[]> {
  return (await client.backups()).streams.map(({ account, stream }) => ({ account, stream }));
}

function jobsCommand(): Command {
  return withConnection(new Command('jobs'))
    .argument('[id]', 'only this one, until it has ended')
    .description('list restores and verifications, newest first, or watch one until it ends')
    .option('--json', 'print them as JSON')
    .action(async (id: string | undefined, { json, ...options }: Options) => {
      const client = await openClient(options);
      if (id === undefined) {
        const { jobs } = await client.jobs();
        return console.log(json ? JSON.stringify({ jobs }, null, 2) : jobsTable(jobs, Date.now()));
      }
      const found = await client.job(id);
      const job = json ? found : await waitForJob(client, found);
      console.log(json ? JSON.stringify(job, null, 2) : jobsTable([job], Date.now()));
    });
}

function exportCommand(): Command {
  return withPoint(ofStream('export'))
    .argument('<folder>', 'folder to make, as `nats backup` does')
    .description('write a backup into a folder that `nats backup validate` and `nats backup restore` take')
    .action(async (stream: string, folder: string, options: Options & PointOptions) => {
      const { account, json } = options;
      const { as: _as, ...point } = restoreBodyOf(options);
      const client = await openClient(options);
      const bytes = await writeFolder(folder, await client.exportArchive({ account, stream }, point));
      if (json) console.log(JSON.stringify({ account, stream, folder, bytes }, null, 2));
      else say(`${printable(stream)} is in ${folder}: ${bytesText(bytes)}.`);
    });
}

function importCommand(): Command {
  return withConnection(new Command('import'))
    .argument('<folder>', 'folder that `nats backup` or `regions backup export` has written')
    .description('make a folder that `nats backup` wrote the backup of a stream, to be restored from then on')
    .option('--account <account>', 'account of the stream', DEFAULT_ACCOUNT)
    .option('--as <name>', 'under another name than that of the stream in it')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--json', 'print the result as JSON')
    .action(async (folder: string, options: Options & { as?: string }) => {
      const { account, as, json, yes } = options;
      const { stream, bytes, archive } = await readFolder(folder);
      const name = { account, stream: as ?? stream };
      const words = `${folder} has the stream ${printable(stream)}, ${bytesText(bytes)}.`;
      if (!json) say(words);
      else if (!yes) console.error(words);
      const client = await openClient(options);
      await refuseIfThere(client, name);
      await confirm(`Make it the backup of ${printable(name.stream)} of ${printable(account)}?`, options);
      const imported = await client.importArchive(name, archive());
      if (json) return console.log(JSON.stringify(imported, null, 2));
      const { messages, firstSeq, lastSeq } = imported;
      say(
        `Done: ${messages} messages, sequences ${firstSeq} to ${lastSeq}. \`regions backup restore ${printable(name.stream)}\` makes the stream.`,
      );
    });
}

/** Asked before anything is sent: a refusal in the middle of a large archive may be lost with the rest of it. */
async function refuseIfThere(client: AdminClient, name: BackupName): Promise<void> {
  try {
    await client.backup(name);
  } catch (error) {
    if (error instanceof CommandError && error.details?.code === 'no_such_backup') return;
    throw error;
  }
  throw new CommandError(
    EXIT.refused,
    `the stream ${printable(name.stream)} of the account ${printable(name.account)} has a backup: import it under another name with --as.`,
    { details: { code: 'backup_exists' } },
  );
}

function ofStream(name: string): Command {
  return withConnection(new Command(name))
    .argument('<stream>', 'name of the stream')
    .option('--account <account>', 'account of the stream', DEFAULT_ACCOUNT)
    .option('--json', 'print the result as JSON');
}

function withPoint(command: Command): Command {
  return command
    .option(
      '--at <time>',
      'as it was then, such as 2026-11-26T19:30:00Z, or so long ago, such as 10m',
      (text: string) => pointInTime(text),
    )
    .option('--seq <n>', 'up to this sequence', positiveNumber);
}

function restoreBodyOf({ as, at, seq }: PointOptions & { as?: string }): RestoreBody {
  if (at !== undefined && seq !== undefined) {
    throw new CommandError(EXIT.usage, '--at and --seq exclude each other.');
  }
  return {
    ...(as !== undefined && { as }),
    ...(at !== undefined && { at }),
    ...(seq !== undefined && { seq }),
  };
}
